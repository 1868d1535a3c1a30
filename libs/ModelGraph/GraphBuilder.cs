using System.Text.RegularExpressions;
using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph;

/// <summary>
/// Builds a <see cref="Graph"/> node by node. Each call appends a node after the current one, infers its shape and
/// checks it, so a mistake is reported where it is made. <see cref="From"/> moves back to an earlier value for a branch.
/// <code>
/// new GraphBuilder(new(1, 28, 28)).Conv2d("conv1", 32, kernel: 3, padding: 1).Relu("relu1")
///     .GlobalAvgPool("pool").Linear("head", 10).Build();
/// </code>
/// </summary>
/// <remarks>Every method throws <see cref="GraphException"/> when the node does not fit.</remarks>
public sealed partial class GraphBuilder
{
    private readonly List<Node> nodes = [];
    private readonly Dictionary<string, TensorShape> shapes = [];

    public GraphBuilder(TensorShape input) => shapes[Current = Graph.InputName] = input;

    /// <summary>The value that the next node takes.</summary>
    public string Current { get; private set; }

    /// <summary>The shape of <see cref="Current"/>.</summary>
    public TensorShape Shape => shapes[Current];

    public GraphBuilder Linear(string name, int features, bool bias = true) => Then(new Linear(name, Current, features, bias));

    public GraphBuilder Conv2d(string name, int filters, int kernel, int stride = 1, int padding = 0, bool bias = true) =>
        Then(new Conv2d(name, Current, filters, kernel, stride, padding, bias));

    /// <summary>A <paramref name="stride"/> of null is the kernel size.</summary>
    public GraphBuilder MaxPool(string name, int kernel, int? stride = null, int padding = 0) =>
        Then(new MaxPool(name, Current, kernel, stride ?? kernel, padding));

    /// <inheritdoc cref="MaxPool"/>
    public GraphBuilder AvgPool(string name, int kernel, int? stride = null, int padding = 0) =>
        Then(new AvgPool(name, Current, kernel, stride ?? kernel, padding));

    public GraphBuilder GlobalAvgPool(string name) => Then(new GlobalAvgPool(name, Current));

    public GraphBuilder BatchNorm(string name, double epsilon = 1e-5, double momentum = 0.1) =>
        Then(new BatchNorm(name, Current, epsilon, momentum));

    public GraphBuilder Relu(string name) => Then(new Relu(name, Current));

    public GraphBuilder Dropout(string name, double probability) => Then(new Dropout(name, Current, probability));

    public GraphBuilder Flatten(string name) => Then(new Flatten(name, Current));

    public GraphBuilder Reshape(string name, TensorShape shape) => Then(new Reshape(name, Current, shape));

    public GraphBuilder Softmax(string name) => Then(new Softmax(name, Current));

    /// <summary>Adds the current value and <paramref name="other"/>, which have one shape.</summary>
    public GraphBuilder Add(string name, string other) => Then(new Add(name, Current, other));

    /// <summary>Joins the current value and <paramref name="others"/> along an axis of the sample (0 is the channels).</summary>
    public GraphBuilder Concat(string name, int axis, params IEnumerable<string> others) =>
        Then(new Concat(name, [Current, .. others], axis));

    /// <summary>Continues from an earlier value.</summary>
    public GraphBuilder From(string value)
    {
        if (!shapes.ContainsKey(value)) throw new GraphException(value, "is not a value of this graph");
        Current = value;
        return this;
    }

    /// <summary>Appends any node and makes it current.</summary>
    public GraphBuilder Then(Node node)
    {
        if (!NodeName().IsMatch(node.Name))
            throw new GraphException(node.Name, "a name is a lower-case letter followed by up to 63 of a-z, 0-9 and _");
        if (node.Name is Graph.OutputName) throw new GraphException(node.Name, "this name is kept for the output of the exported model");
        if (shapes.ContainsKey(node.Name)) throw new GraphException(node.Name, "the name is used twice");
        if (node.Inputs.FirstOrDefault(i => !shapes.ContainsKey(i)) is { } missing)
            throw new GraphException(node.Name, $"input '{missing}' is not a value of this graph");
        try
        {
            TensorShape[] inputs = [.. node.Inputs.Select(i => shapes[i])];
            var shape = node.InferShape(inputs);
            // A weight may be impossible where the value is not.
            node.Parameters(inputs);
            shapes[node.Name] = shape;
        }
        catch (Exception impossible) when (impossible is ArgumentException or OverflowException)
        {
            throw new GraphException(node.Name, impossible.Message);
        }
        nodes.Add(node);
        Current = node.Name;
        return this;
    }

    /// <summary>Ends the graph at the current value.</summary>
    /// <exception cref="GraphException">There is no node, or one whose value nothing uses.</exception>
    public Graph Build()
    {
        if (nodes.Count == 0) throw new GraphException(Current, "the graph has no nodes");
        var used = nodes.SelectMany(n => n.Inputs).Append(Current).ToHashSet();
        if (nodes.FirstOrDefault(n => !used.Contains(n.Name)) is { } unused)
            throw new GraphException(unused.Name, "nothing uses this node");
        return new Graph([.. nodes], new Dictionary<string, TensorShape>(shapes), Current);
    }

    // No dots: torch separates module and parameter names by one.
    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}$")]
    private static partial Regex NodeName();
}
