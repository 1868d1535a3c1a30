using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Batches;
using Mesh.Transforms.Categories;
using Mesh.Transforms.Dates;
using Mesh.Transforms.Detection;
using Mesh.Transforms.Ids;
using Mesh.Transforms.Images;
using Mesh.Transforms.Labels;
using Mesh.Transforms.Missing;
using Mesh.Transforms.Numbers;
using Mesh.Transforms.Series;
using Mesh.Transforms.Texts;
using Mesh.Transforms.Tokens;

namespace Mesh.Transforms;

/// <summary>The transforms that pipelines can be made of.</summary>
public sealed class TransformCatalog
{
    private readonly Dictionary<string, TransformDefinition> byType;

    internal TransformCatalog(params IReadOnlyList<TransformDefinition> all)
    {
        All = all;
        byType = all.ToDictionary(definition => definition.Type, StringComparer.Ordinal);
    }

    /// <summary>Every transform there is.</summary>
    public static TransformCatalog Standard { get; } = new(
    [
        // Images
        new DecodeImage(),
        new Grayscale(),
        new Resize(),
        new Crop(),
        new SampleFrames(),

        // Boxes on images
        new Boxes(),

        // Tables
        new Impute(),
        new MapValues(),
        new Standardize(),
        new MinMax(),
        new Logarithm(),
        new QuantileBucket(),
        new OneHot(),
        new Ordinal(),
        new Hash(),
        new DateParts(),

        // Recommenders
        new Id(),

        // Texts
        new NormalizeText(),
        new Tokenize(),
        new TagTokens(),

        // Labels
        new Label(),
        new MultiLabel(),

        // Numbers
        new Number(),
        new Vector(),
        new Concat(),

        // Series
        new Window(),

        // Augmentation
        new RandomHorizontalFlip(),
        new RandomVerticalFlip(),
        new RandomShift(),
        new RandomCrop(),
        new RandomRotate(),
        new ColorJitter(),
        new Cutout(),
        new RandomErasing(),
        new Mixup(),

        // Batches
        new Normalize(),
    ]);

    /// <summary>In the order they usually run.</summary>
    public IReadOnlyList<TransformDefinition> All { get; }

    /// <summary>The transform of this type, or null.</summary>
    public TransformDefinition? Find(string type) => byType.GetValueOrDefault(type);
}
