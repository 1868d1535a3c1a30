namespace Mesh.ModelGraph.Nodes;

/// <summary>The square sliding window that convolution and pooling share.</summary>
internal static class Window
{
    /// <summary>Checks the window and gives <c>[channels, H', W']</c>, where H' = ⌊(H + 2·padding − kernel) / stride⌋ + 1.</summary>
    public static TensorShape Slide(string node, TensorShape input, int channels, int kernel, int stride, int padding)
    {
        if (input.Rank != 3) throw new GraphException(node, $"takes an image [C, H, W], not {input}");
        if (kernel <= 0) throw new GraphException(node, $"kernel is {kernel}; it must be positive");
        if (stride <= 0) throw new GraphException(node, $"stride is {stride}; it must be positive");
        if (padding < 0) throw new GraphException(node, $"padding is {padding}; it must not be negative");
        if (Math.Min(input[1], input[2]) + 2L * padding < kernel)
            throw new GraphException(node, $"a kernel of {kernel} with padding {padding} does not fit into {input}");
        return new TensorShape(channels, Size(input[1]), Size(input[2]));

        int Size(int size) => checked((int)((size + 2L * padding - kernel) / stride + 1));
    }

    /// <summary>As <see cref="Slide"/>; torch allows a pool no more padding than half its kernel.</summary>
    public static TensorShape Pool(string node, TensorShape input, int kernel, int stride, int padding)
    {
        if (padding > kernel / 2) throw new GraphException(node, $"padding {padding} is more than half of the kernel {kernel}");
        return Slide(node, input, input.Rank == 3 ? input[0] : 0, kernel, stride, padding);
    }
}
