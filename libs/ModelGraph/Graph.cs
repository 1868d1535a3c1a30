using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph;

/// <summary>
/// A checked model: nodes in an order in which every node follows its inputs, the shape of every value, and the
/// parameters. Immutable; made by <see cref="GraphBuilder"/>. Values are float32 and named by the node that makes them.
/// </summary>
public sealed class Graph
{
    /// <summary>The name of the input value, here and in the exported model.</summary>
    public const string InputName = "input";

    /// <summary>The name of the output value in the exported model.</summary>
    public const string OutputName = "logits";

    internal Graph(IReadOnlyList<Node> nodes, IReadOnlyDictionary<string, TensorShape> shapes, string output)
    {
        Nodes = nodes;
        Shapes = shapes;
        Output = output;
        Parameters = [.. nodes.SelectMany(n => n.Parameters([.. n.Inputs.Select(i => shapes[i])]))];
    }

    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>Shape of each value by name, the input included.</summary>
    public IReadOnlyDictionary<string, TensorShape> Shapes { get; }

    /// <summary>The node whose value leaves the graph.</summary>
    public string Output { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public TensorShape InputShape => Shapes[InputName];

    public TensorShape OutputShape => Shapes[Output];

    /// <summary>How many numbers the optimizer changes.</summary>
    public long TrainableCount => Parameters.Where(p => p.Trainable).Sum(p => (long)p.Shape.Elements);
}
