using Mesh.ModelGraph.Hyperparameters;

namespace Mesh.ModelGraph.Architectures;

/// <summary>Fully connected layers with ReLU and dropout, on any input shape.</summary>
public sealed class Mlp : Architecture
{
    public override string Name => "mlp";

    public override string Summary => "Fully connected layers; quick, for vectors and small images.";

    public override HyperparameterSpace Hyperparameters { get; } = new(
        new IntegerParameter("layers", 1, 8, 2, "Hidden layers."),
        new IntegerParameter("width", 1, 8192, 256, "Units of each hidden layer.", Logarithmic: true),
        new RealParameter("dropout", 0, 0.9, 0.1, "Share of hidden units dropped in training."));

    public override Graph Build(TensorShape input, int classes, HyperparameterValues values)
    {
        var graph = new GraphBuilder(input);
        if (input.Rank != 1) graph.Flatten("flatten");
        for (var layer = 1; layer <= values.Integer("layers"); layer++)
        {
            graph.Linear($"hidden{layer}", values.Integer("width")).Relu($"relu{layer}");
            if (values.Real("dropout") > 0) graph.Dropout($"dropout{layer}", values.Real("dropout"));
        }
        return graph.Linear("head", classes).Build();
    }
}
