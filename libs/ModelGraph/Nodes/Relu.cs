namespace Mesh.ModelGraph.Nodes;

/// <summary>max(0, x); shape kept.</summary>
public sealed record Relu(string Name, string Input) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs) => inputs[0];
}
