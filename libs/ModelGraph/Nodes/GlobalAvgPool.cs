namespace Mesh.ModelGraph.Nodes;

/// <summary><c>[C, H, W] → [C]</c>: the mean of each channel.</summary>
public sealed record GlobalAvgPool(string Name, string Input) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(inputs[0].Rank == 3, $"takes an image [C, H, W], not {inputs[0]}");
        return new TensorShape(inputs[0][0]);
    }
}
