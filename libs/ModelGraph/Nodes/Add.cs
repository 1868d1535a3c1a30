namespace Mesh.ModelGraph.Nodes;

/// <summary>The sum of two values of one shape; the join of a residual branch.</summary>
public sealed record Add(string Name, string Left, string Right) : Node(Name, [Left, Right])
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(inputs[0].Equals(inputs[1]), $"adds {inputs[0]} ('{Left}') and {inputs[1]} ('{Right}'); the shapes must be equal");
        return inputs[0];
    }
}
