namespace Mesh.Shards;

/// <summary>
/// A column: a scalar per row (empty shape; an Arrow primitive column) or a tensor of a fixed shape per row (an <c>arrow.fixed_shape_tensor</c> column,
/// row-major). No value is ever null.
/// </summary>
public sealed class ShardColumn : IEquatable<ShardColumn>
{
    private const int MaxNameLength = 256;
    private const int MaxRank = 8;

    private readonly int[] shape;

    /// <exception cref="ArgumentException">The name is empty or longer than 256, an extent is less than 1, the rank above 8, or a row 2 GiB or more.</exception>
    public ShardColumn(string name, ElementType elementType, params ReadOnlySpan<int> shape)
    {
        if (name.Length is 0 or > MaxNameLength)
        {
            throw new ArgumentException($"A column's name has 1 to {MaxNameLength} characters.", nameof(name));
        }
        if (shape.Length > MaxRank)
        {
            throw new ArgumentException($"Column {name}: the shape has more than {MaxRank} dimensions.", nameof(shape));
        }
        long rowBytes = elementType.Size;
        foreach (var extent in shape)
        {
            rowBytes = extent > 0 ? rowBytes * extent : 0;
            if (rowBytes is 0 or > int.MaxValue)
            {
                throw new ArgumentException($"Column {name}: extents are at least 1 and a row is smaller than 2 GiB.", nameof(shape));
            }
        }
        Name = name;
        ElementType = elementType;
        RowBytes = (int)rowBytes;
        this.shape = shape.ToArray();
    }

    public string Name { get; }

    public ElementType ElementType { get; }

    /// <summary>The shape of one row; empty for a scalar.</summary>
    public IReadOnlyList<int> Shape => shape;

    public bool IsScalar => shape.Length == 0;

    /// <summary>Elements of one row.</summary>
    public int RowElements => RowBytes / ElementType.Size;

    /// <summary>Bytes of one row.</summary>
    public int RowBytes { get; }

    public bool Equals(ShardColumn? other) =>
        other is not null && Name == other.Name && ElementType == other.ElementType && shape.AsSpan().SequenceEqual(other.shape);

    public override bool Equals(object? obj) => Equals(obj as ShardColumn);

    public override int GetHashCode() => HashCode.Combine(Name, ElementType, RowBytes);

    public override string ToString() => $"{Name}: {ElementType}[{string.Join(", ", shape)}]";
}
