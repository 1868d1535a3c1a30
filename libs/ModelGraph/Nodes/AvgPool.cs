namespace Mesh.ModelGraph.Nodes;

/// <summary><c>[C, H, W] → [C, H', W']</c>: the mean of each window; padded zeros count.</summary>
public sealed record AvgPool(string Name, string Input, int Kernel, int Stride, int Padding) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs) =>
        Window.Pool(Name, inputs[0], Kernel, Stride, Padding);
}
