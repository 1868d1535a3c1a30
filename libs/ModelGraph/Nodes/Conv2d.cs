namespace Mesh.ModelGraph.Nodes;

/// <summary><c>[C, H, W] → [filters, H', W']</c>: a square kernel with zero padding on all sides.</summary>
public sealed record Conv2d(string Name, string Input, int Filters, int Kernel, int Stride, int Padding, bool Bias) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(Filters > 0, $"filters is {Filters}; it must be positive");
        return Window.Slide(Name, inputs[0], Filters, Kernel, Stride, Padding);
    }

    public override IReadOnlyList<Parameter> Parameters(IReadOnlyList<TensorShape> inputs)
    {
        var weight = new Parameter($"{Name}.weight", new TensorShape(Filters, inputs[0][0], Kernel, Kernel));
        return Bias ? [weight, new Parameter($"{Name}.bias", new TensorShape(Filters))] : [weight];
    }
}
