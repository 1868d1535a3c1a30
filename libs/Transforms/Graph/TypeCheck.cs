using Mesh.Specs;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Graph;

/// <summary>Says of each step which inputs it cannot take, and of each result that is no tensor.</summary>
internal static class TypeCheck
{
    public static void Of(PipelineGraph graph, IReadOnlyList<Draft> drafts, List<SpecViolation> problems, bool explicitOutputs)
    {
        var types = new TypedGraph(graph, FittedState.Nothing);
        for (var i = 0; i < graph.Steps.Count; i++)
            Report(drafts[graph.Steps[i].Index], types.Contexts[i]);

        for (var i = 0; i < graph.Outputs.Count; i++)
        {
            var (name, stored, _) = graph.Outputs[i];
            // What is of the data, a step of batches read: it has been told what it cannot take.
            if (stored.IsSource || types[stored] is not { Kind: not (ColumnKind.Unknown or ColumnKind.Pixels or ColumnKind.Tensor) } type)
                continue;
            var last = drafts[graph.Steps[stored.Step].Index];
            problems.Add(new(explicitOutputs ? $"outputs[{i}]" : $"{last.Path}.outputs[{stored.Index}]",
                $"'{name}' is {type}, which a result cannot hold; a later step has to make a tensor of it, such as number, concat or label"));
        }
    }

    /// <summary>As far as it goes when some steps are not sound: what they write is of unknown kind.</summary>
    public static void Partial(IReadOnlyList<Draft> drafts, IReadOnlyList<int> order, IReadOnlyList<RecordColumn> sources)
    {
        var types = new ColumnType[drafts.Count][];
        foreach (var i in order)
        {
            var draft = drafts[i];
            types[i] = [.. draft.Outputs.Select(_ => ColumnType.Unknown)];
            if (draft is not { Definition: { } definition, Values: { } values }
                || draft.Ports.Length < definition.MinimumInputs || draft.Ports.Length > definition.MaximumInputs)
                continue;
            var context = new StepContext
            {
                Name = draft.Spec.Type,
                Values = values,
                InputNames = draft.Inputs,
                OutputNames = draft.Outputs,
                Inputs = [.. draft.Ports.Select(port => port.IsSource ? ColumnType.Of(sources[port.Index]) : types[port.Step][port.Index])],
            };
            var inferred = definition.Infer(context);
            Report(draft, context);
            if (context.Problems.Count == 0 && inferred.Count == types[i].Length)
                types[i] = [.. inferred];
        }
    }

    private static void Report(Draft draft, StepContext context)
    {
        foreach (var (input, problem) in context.Problems)
            draft.Refuse($".inputs[{input}]", problem);
    }
}
