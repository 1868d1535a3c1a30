namespace Mesh.ModelGraph.Nodes;

/// <summary><c>[F] → [features]</c>: y = W·x + b, with W of <c>[features, F]</c>.</summary>
public sealed record Linear(string Name, string Input, int Features, bool Bias) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(Features > 0, $"features is {Features}; it must be positive");
        Require(inputs[0].Rank == 1, $"linear takes a vector [F], not {inputs[0]}; put a flatten before it");
        return new TensorShape(Features);
    }

    public override IReadOnlyList<Parameter> Parameters(IReadOnlyList<TensorShape> inputs)
    {
        var weight = new Parameter($"{Name}.weight", new TensorShape(Features, inputs[0][0]));
        return Bias ? [weight, new Parameter($"{Name}.bias", new TensorShape(Features))] : [weight];
    }
}
