namespace Mesh.ModelGraph.Nodes;

/// <summary>The same elements, row-major, in another shape of the sample.</summary>
public sealed record Reshape(string Name, string Input, TensorShape Shape) : Node(Name, [Input])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(inputs[0].Elements == Shape.Elements, $"cannot reshape {inputs[0]} ({inputs[0].Elements} elements) to {Shape} ({Shape.Elements})");
        return Shape;
    }
}
