using Mesh.Shards;
using Mesh.Transforms.Ids;
using Mesh.Transforms.Records;
using Mesh.Transforms.Tokens;

namespace Mesh.Transforms.Graph;

/// <summary>What a column holds at one point of a pipeline.</summary>
internal sealed record ColumnType(ColumnKind Kind)
{
    public static readonly ColumnType Unknown = new(ColumnKind.Unknown);

    public static readonly ColumnType Text = new(ColumnKind.Text);

    public static readonly ColumnType Integer = new(ColumnKind.Integer);

    public static readonly ColumnType Number = new(ColumnKind.Number);

    public static readonly ColumnType TextList = new(ColumnKind.TextList);

    public static readonly ColumnType IntegerList = new(ColumnKind.IntegerList);

    public static readonly ColumnType Pixels = new(ColumnKind.Pixels);

    /// <summary>Of a tensor: what one element is.</summary>
    public ElementType Element { get; private init; }

    /// <summary>Of a tensor: its shape, empty for a scalar; of pixels in a result: [channels, height, width]. Null until fitting tells.</summary>
    public int[]? Shape { get; init; }

    /// <summary>Of pixels: how many frames there are; null for one image that is no sequence.</summary>
    public int? Frames { get; init; }

    /// <summary>The shape as rows and shards have it: of frames, [frames, channels, height, width].</summary>
    public int[]? StoredShape => Frames is { } frames && Shape is not null ? [frames, .. Shape] : Shape;

    /// <summary>What the integers of the column stand for, in index order, or the class names that the data declares; empty for none.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>Of int64 indices: how many there can be, from 0; null when they have no bound, or only fitting tells it.</summary>
    public long? IndexCount { get; private init; }

    /// <summary>What indices stand for, when it is the ids of a recommender; null for anything else.</summary>
    public IdList? Ids { get; init; }

    /// <summary>The tokens that the integers of the column stand for, made when somebody asks; null for none, or before they are known.</summary>
    public Lazy<TokenVocabulary>? Vocabulary { get; init; }

    /// <param name="element">What one element is.</param>
    /// <param name="shape">Empty for a scalar; null when only fitting tells.</param>
    public static ColumnType Tensor(ElementType element, int[]? shape) => new(ColumnKind.Tensor) { Element = element, Shape = shape };

    /// <summary>One int64 for each record.</summary>
    /// <param name="count">How many different ones there can be, from 0; null when only fitting tells.</param>
    public static ColumnType Index(long? count) => Tensor(ElementType.Int64, []) with { IndexCount = count };

    public static ColumnType Of(RecordColumn column) => new(column.Kind) { ClassNames = column.ClassNames };

    /// <summary>In words: <c>text_list</c>, <c>float32[8]</c>.</summary>
    public override string ToString() => Kind == ColumnKind.Tensor ? $"{Element.Word}[{(Shape is null ? "?" : string.Join(", ", Shape))}]" : Kind.Word;
}
