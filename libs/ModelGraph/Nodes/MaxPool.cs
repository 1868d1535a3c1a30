namespace Mesh.ModelGraph.Nodes;

/// <summary><c>[C, H, W] → [C, H', W']</c>: the largest value in each window.</summary>
public sealed record MaxPool(string Name, string Input, int Kernel, int Stride, int Padding) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs) =>
        Window.Pool(Name, inputs[0], Kernel, Stride, Padding);
}
