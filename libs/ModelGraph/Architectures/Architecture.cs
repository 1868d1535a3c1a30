using Mesh.ModelGraph.Hyperparameters;

namespace Mesh.ModelGraph.Architectures;

/// <summary>A family of models: builds a graph from an input shape, a number of classes and hyperparameters.</summary>
public abstract class Architecture
{
    /// <summary>The name in requests: "cnn".</summary>
    public abstract string Name { get; }

    /// <summary>One line for help.</summary>
    public abstract string Summary { get; }

    public abstract HyperparameterSpace Hyperparameters { get; }

    /// <summary>Builds the graph; the output is <c>[classes]</c> logits.</summary>
    /// <exception cref="GraphException">The input does not fit this architecture.</exception>
    public abstract Graph Build(TensorShape input, int classes, HyperparameterValues values);

    /// <summary>Validates the values, then builds.</summary>
    /// <exception cref="HyperparameterException">A value is not allowed.</exception>
    /// <exception cref="GraphException">The input does not fit this architecture.</exception>
    public Graph Build(TensorShape input, int classes, IReadOnlyDictionary<string, string> values) =>
        Build(input, classes, Hyperparameters.Parse(values));
}
