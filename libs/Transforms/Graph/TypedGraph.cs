using Mesh.Specs;
using Mesh.Transforms.Json;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Graph;

/// <summary>A graph with what every column holds, as far as what was fitted tells.</summary>
internal sealed class TypedGraph
{
    private readonly ColumnType[] sources;
    private readonly ColumnType[][] types;

    /// <exception cref="PipelineSpecException">What was fitted is not what such steps learn.</exception>
    public TypedGraph(PipelineGraph graph, FittedState fitted)
    {
        Graph = graph;
        sources = [.. graph.Sources.Select(ColumnType.Of)];
        types = new ColumnType[graph.Steps.Count][];
        Contexts = new StepContext[graph.Steps.Count];
        for (var i = 0; i < types.Length; i++)
        {
            var step = graph.Steps[i];
            Contexts[i] = new StepContext
            {
                Name = step.Name,
                Values = step.Values,
                InputNames = step.InputNames,
                OutputNames = step.OutputNames,
                Inputs = [.. step.Inputs.Select(input => this[input])],
                Fitted = fitted.Of(step.Index) is { } state ? new JsonFields(state, $"{step.Path}.fitted") : null,
            };
            types[i] = [.. step.Definition.Infer(Contexts[i])];
            foreach (var output in graph.Outputs.Where(output => output.Stored.Step == i && types[i][output.Stored.Index].Kind == ColumnKind.Pixels))
                types[i][output.Stored.Index] = types[i][output.Stored.Index] with { Shape = fitted.ShapeOf(output.Name) };
        }
    }

    public PipelineGraph Graph { get; }

    /// <summary>One for each step.</summary>
    public StepContext[] Contexts { get; }

    public ColumnType this[Port port] => port.IsSource ? sources[port.Index] : types[port.Step][port.Index];
}
