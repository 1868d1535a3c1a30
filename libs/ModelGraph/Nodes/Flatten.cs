namespace Mesh.ModelGraph.Nodes;

/// <summary>Any shape → <c>[F]</c>, row-major.</summary>
public sealed record Flatten(string Name, string Input) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs) => new(inputs[0].Elements);
}
