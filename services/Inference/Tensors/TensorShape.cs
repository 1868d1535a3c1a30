namespace Mesh.Inference.Tensors;

/// <summary>Arithmetic on shapes that came from a caller.</summary>
internal static class TensorShape
{
    /// <summary>No tensor of this service has more elements: its bytes must fit into one array.</summary>
    private const long MostElements = int.MaxValue;

    /// <summary>The number of elements; false for a negative dimension or a product that no memory could hold.</summary>
    public static bool TryCount(ReadOnlySpan<long> shape, out long elements)
    {
        elements = 1;
        var (product, empty) = (1L, false);
        foreach (var size in shape)
        {
            if (size is < 0 or > MostElements)
            {
                return false;
            }

            empty |= size == 0;
            product *= Math.Max(size, 1);
            if (product > MostElements)
            {
                return false;
            }
        }

        elements = empty ? 0 : product;
        return true;
    }

    /// <summary>"[-1,16]", at most the first 16 dimensions.</summary>
    public static string Describe(ReadOnlySpan<long> shape) => shape.Length <= 16
        ? $"[{string.Join(',', shape.ToArray())}]"
        : $"[{string.Join(',', shape[..16].ToArray())},…]";
}
