using System.Collections.Immutable;

namespace Mesh.ModelGraph;

/// <summary>
/// The shape of one sample, without the batch dimension: <c>[C, H, W]</c> for an image, <c>[F]</c> for a vector.
/// Every dimension is positive.
/// </summary>
public sealed class TensorShape : IEquatable<TensorShape>
{
    /// <exception cref="ArgumentException">A dimension is not positive, or the elements do not fit an <see cref="int"/>.</exception>
    public TensorShape(params ReadOnlySpan<int> dimensions)
    {
        long elements = 1;
        foreach (var d in dimensions)
        {
            if (d <= 0) throw new ArgumentException($"dimension {d} of a shape is not positive");
            elements *= d;
            if (elements > int.MaxValue) throw new ArgumentException("a shape has more than 2^31 - 1 elements");
        }
        Dimensions = [.. dimensions];
        Elements = (int)elements;
    }

    public ImmutableArray<int> Dimensions { get; }

    public int Rank => Dimensions.Length;

    /// <summary>The product of the dimensions.</summary>
    public int Elements { get; }

    public int this[int axis] => Dimensions[axis];

    /// <summary>The dimensions after a leading <paramref name="batch"/>.</summary>
    public long[] WithBatch(long batch) => [batch, .. Dimensions.Select(d => (long)d)];

    public bool Equals(TensorShape? other) => other is not null && Dimensions.SequenceEqual(other.Dimensions);

    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var d in Dimensions) hash.Add(d);
        return hash.ToHashCode();
    }

    public override string ToString() => $"[{string.Join(", ", Dimensions)}]";
}
