namespace Mesh.ModelGraph.Nodes;

/// <summary>
/// <c>[C, H, W]</c> or <c>[F]</c>, shape kept: normalises each channel by the batch in training and by the running
/// statistics in serving. <paramref name="Momentum"/> is torch's: the weight of the new batch in the running mean.
/// </summary>
public sealed record BatchNorm(string Name, string Input, double Epsilon, double Momentum) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(inputs[0].Rank is 1 or 3, $"takes [C, H, W] or [F], not {inputs[0]}");
        Require(Epsilon is > 0 and < 1, $"epsilon is {Epsilon}; it must lie between 0 and 1");
        Require(Momentum is > 0 and <= 1, $"momentum is {Momentum}; it must lie above 0 and up to 1");
        return inputs[0];
    }

    public override IReadOnlyList<Parameter> Parameters(IReadOnlyList<TensorShape> inputs)
    {
        var channels = new TensorShape(inputs[0][0]);
        return
        [
            new Parameter($"{Name}.weight", channels),
            new Parameter($"{Name}.bias", channels),
            new Parameter($"{Name}.running_mean", channels, Trainable: false),
            new Parameter($"{Name}.running_var", channels, Trainable: false),
        ];
    }
}
