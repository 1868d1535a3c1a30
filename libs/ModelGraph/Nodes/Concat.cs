namespace Mesh.ModelGraph.Nodes;

/// <summary>Joins values along <paramref name="Axis"/> of the sample; the other dimensions are equal.</summary>
public sealed record Concat(string Name, IReadOnlyList<string> Values, int Axis) : Node(Name, Values)
{
    public override TensorShape InferShape(IReadOnlyList<TensorShape> inputs)
    {
        Require(inputs.Count >= 2, "joins two values or more");
        Require(Axis >= 0 && Axis < inputs[0].Rank, $"axis {Axis} is not one of {inputs[0]}");
        for (var i = 1; i < inputs.Count; i++)
        {
            var fits = inputs[i].Rank == inputs[0].Rank
                && Enumerable.Range(0, inputs[0].Rank).All(d => d == Axis || inputs[i][d] == inputs[0][d]);
            Require(fits, $"joins {inputs[0]} ('{Values[0]}') and {inputs[i]} ('{Values[i]}') along axis {Axis}; the other dimensions must be equal");
        }
        var dimensions = inputs[0].Dimensions.ToArray();
        dimensions[Axis] = checked(inputs.Sum(s => s[Axis]));
        return new TensorShape(dimensions);
    }
}
