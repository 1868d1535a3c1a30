using Mesh.Transforms.Batches;
using Mesh.Transforms.Images;
using Mesh.Transforms.Labels;

namespace Mesh.Transforms;

/// <summary>Every transform there is.</summary>
public static class TransformCatalog
{
    /// <summary>All transforms, in the order they usually run.</summary>
    public static IReadOnlyList<TransformDefinition> All { get; } =
    [
        new DecodeImage(),
        new Grayscale(),
        new Resize(),
        new Label(),
        new Normalize(),
    ];

    /// <summary>The transform of this type, or null.</summary>
    public static TransformDefinition? Find(string type) => All.FirstOrDefault(definition => definition.Type == type);

    internal static string KnownTypes => string.Join(", ", All.Select(definition => definition.Type));
}
