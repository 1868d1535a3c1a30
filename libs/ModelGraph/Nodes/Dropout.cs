namespace Mesh.ModelGraph.Nodes;

/// <summary>Zeroes values with <paramref name="Probability"/> in training and scales the rest; absent in serving. Shape kept.</summary>
public sealed record Dropout(string Name, string Input, double Probability) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(Probability is >= 0 and < 1, $"probability is {Probability}; it must be at least 0 and below 1");
        return inputs[0];
    }
}
