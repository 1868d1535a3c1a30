namespace Mesh.ModelGraph.Nodes;

/// <summary>Softmax over the last dimension; shape kept.</summary>
public sealed record Softmax(string Name, string Input) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(inputs[0].Rank >= 1, "needs at least one dimension");
        return inputs[0];
    }
}
