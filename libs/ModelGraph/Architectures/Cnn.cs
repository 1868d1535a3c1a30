using System.Globalization;
using Mesh.ModelGraph.Hyperparameters;

namespace Mesh.ModelGraph.Architectures;

/// <summary>
/// The classic network of two convolutions for small images: each convolution halves the image and the second has
/// twice the filters of the first; one hidden layer; dropout before each linear layer.
/// </summary>
public sealed class Cnn : Architecture
{
    public override string Name => "cnn";

    public override string Summary => "Two convolutions and a hidden layer; a strong start for small images.";

    public override HyperparameterSpace Hyperparameters { get; } = new(
        new IntegerParameter("filters", 1, 512, 32, "Filters of the first convolution; the second has twice as many.", Logarithmic: true),
        new ChoiceParameter("kernel", ["3", "5", "7"], "3", "Side of the convolution kernels."),
        new IntegerParameter("hidden", 1, 8192, 128, "Units of the hidden layer.", Logarithmic: true),
        new RealParameter("dropout", 0, 0.9, 0.25, "Share of values dropped in training before each linear layer."),
        new BooleanParameter("batch_norm", true, "Batch-norm after each convolution: learns in fewer epochs, each about a quarter slower."));

    public override Graph Build(TensorShape input, int classes, HyperparameterValues values)
    {
        var graph = new GraphBuilder(input);
        Stage(graph, 1, values.Integer("filters"), values);
        Stage(graph, 2, values.Integer("filters") * 2, values);
        graph.Flatten("flatten");
        Dropout(graph, 1, values);
        graph.Linear("hidden", values.Integer("hidden")).Relu("relu3");
        Dropout(graph, 2, values);
        return graph.Linear("head", classes).Build();
    }

    // The pool comes before the ReLU: both only compare values, so the result is the same and the ReLU has a quarter of the work.
    private static void Stage(GraphBuilder graph, int number, int filters, HyperparameterValues values)
    {
        var kernel = int.Parse(values.Choice("kernel"), CultureInfo.InvariantCulture);
        var norm = values.Boolean("batch_norm");
        // Batch-norm subtracts the mean, so a bias before it would have no effect.
        graph.Conv2d($"conv{number}", filters, kernel, padding: kernel / 2, bias: !norm);
        if (norm) graph.BatchNorm($"norm{number}");
        graph.MaxPool($"pool{number}", kernel: 2).Relu($"relu{number}");
    }

    private static void Dropout(GraphBuilder graph, int number, HyperparameterValues values)
    {
        if (values.Real("dropout") > 0) graph.Dropout($"dropout{number}", values.Real("dropout"));
    }
}
