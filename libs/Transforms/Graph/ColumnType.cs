using Mesh.Shards;
using Mesh.Transforms.Records;

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

    /// <param name="element">What one element is.</param>
    /// <param name="shape">Empty for a scalar; null when only fitting tells.</param>
    public static ColumnType Tensor(ElementType element, int[]? shape) => new(ColumnKind.Tensor) { Element = element, Shape = shape };

    public static ColumnType Of(RecordColumn column) => new(column.Kind) { ClassNames = column.ClassNames };

    /// <summary>In words: <c>text_list</c>, <c>float32[8]</c>.</summary>
    public override string ToString() => Kind == ColumnKind.Tensor ? $"{Element.Word}[{(Shape is null ? "?" : string.Join(", ", Shape))}]" : Kind.Word;
}
