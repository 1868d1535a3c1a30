using Mesh.ModelGraph;
using Mesh.Trainer.Torch.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch;

/// <summary>
/// A graph as a torch module: <c>[batch, …] → [batch, classes]</c>. Its state dictionary has the names of
/// <see cref="Graph.Parameters"/> (and, for batch-norm, torch's own <c>num_batches_tracked</c>).
/// </summary>
public sealed class GraphModule : nn.Module<Tensor, Tensor>
{
    private readonly TorchNode[] nodes;
    private readonly int[][] inputs;
    private readonly int output;

    private GraphModule(Graph graph) : base("graph")
    {
        Graph = graph;
        // Value 0 is the input, value i + 1 that of node i.
        var index = new Dictionary<string, int> { [Graph.InputName] = 0 };
        foreach (var node in graph.Nodes) index[node.Name] = index.Count;
        output = index[graph.Output];
        inputs = [.. graph.Nodes.Select(n => n.Inputs.Select(i => index[i]).ToArray())];
        nodes = [.. graph.Nodes.Select(n => TorchNodes.Create(n, [.. n.Inputs.Select(i => graph.Shapes[i])]))];
        for (var i = 0; i < nodes.Length; i++)
            if (nodes[i].Module is { } module) register_module(graph.Nodes[i].Name, module);
    }

    public Graph Graph { get; }

    /// <summary>Makes the module on the CPU with weights drawn from <paramref name="seed"/> by torch's own initialisers.</summary>
    /// <exception cref="NativeTorchException">libtorch cannot be loaded.</exception>
    public static GraphModule Create(Graph graph, long seed)
    {
        NativeTorch.EnsureLoaded();
        manual_seed(seed);
        return new GraphModule(graph);
    }

    /// <summary>Intermediate values belong to the caller's dispose scope.</summary>
    public override Tensor forward(Tensor input)
    {
        var values = new Tensor[nodes.Length + 1];
        values[0] = input;
        for (var i = 0; i < nodes.Length; i++)
            values[i + 1] = nodes[i].Forward(Array.ConvertAll(inputs[i], v => values[v]));
        return values[output];
    }

    /// <summary>What the optimizer changes, in the order of the graph.</summary>
    public IReadOnlyList<TorchSharp.Modules.Parameter> TrainableParameters()
    {
        var byName = named_parameters().ToDictionary(p => p.name, p => p.parameter);
        return [.. Graph.Parameters.Where(p => p.Trainable).Select(p => byName[p.Name])];
    }

    /// <summary>Whether every weight and running statistic is a number. Reads all of them, and on a GPU waits for the device.</summary>
    public bool IsFinite()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return state_dict().Values.All(t => t.isfinite().all().item<bool>());
    }

    /// <summary>Copies the weights out, by name, row-major.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>> Weights()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var state = state_dict();
        return Graph.Parameters.ToDictionary(
            p => p.Name,
            p => new ReadOnlyMemory<float>(state[p.Name].cpu().contiguous().data<float>().ToArray()));
    }
}
