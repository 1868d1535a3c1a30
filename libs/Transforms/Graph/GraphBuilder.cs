using Mesh.Specs;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Graph;

/// <summary>
/// A spec into a graph, or everything wrong with it:
/// <list type="number">
/// <item>each step by itself: type, parameters, number and names of columns;</item>
/// <item>where inputs come from, and an order of the steps;</item>
/// <item>what the result is;</item>
/// <item>what every column holds, and which stage may read which.</item>
/// </list>
/// </summary>
internal sealed class GraphBuilder
{
    private const int MaximumViolations = 256;

    private readonly RecordSchema? schema;
    private readonly PipelineSpec spec;
    private readonly List<Draft> drafts = [];
    private readonly List<SpecViolation> problems = [];

    private GraphBuilder(PipelineSpec spec, RecordSchema? schema) => (this.spec, this.schema) = (spec, schema);

    /// <param name="spec">As written.</param>
    /// <param name="schema">The data; null while nobody has said what it is.</param>
    /// <param name="catalog">The transforms there are.</param>
    /// <param name="violations">Everything wrong; empty when there is a graph.</param>
    public static PipelineGraph? Build(PipelineSpec spec, RecordSchema? schema, TransformCatalog catalog, out IReadOnlyList<SpecViolation> violations)
    {
        var builder = new GraphBuilder(spec, schema);
        var graph = builder.Build(catalog);
        violations = [.. builder.drafts.SelectMany(draft => draft.Problems).Concat(builder.problems).Take(MaximumViolations)];
        return violations.Count == 0 ? graph : null;
    }

    private PipelineGraph? Build(TransformCatalog catalog)
    {
        if (spec.Transforms.Count is 0 or > PipelineSpec.MaximumTransforms)
        {
            problems.Add(new("transforms", spec.Transforms.Count == 0
                ? "is empty; a pipeline has at least one transform"
                : $"has {spec.Transforms.Count} entries; at most {PipelineSpec.MaximumTransforms} are allowed"));
            return null;
        }

        drafts.AddRange(spec.Transforms.Select((transform, i) => Draft.Read(transform, i, catalog)));
        CheckStepNames();
        var wiring = Wiring.Of(drafts, schema);
        if (StepOrder.Of(drafts) is not { } order)
            return null;

        CheckWriters(wiring, order);
        var finals = new ResultColumns(spec, drafts, wiring, order).Find(problems, explicitOnly: spec.Outputs.Count > 0);
        var sound = drafts.All(draft => draft is { Definition: not null, Values: not null, Problems.Count: 0 });
        if (!sound)
        {
            // With the steps that are sound alone, so that what is wrong with their columns is said too.
            TypeCheck.Partial(drafts, order.Sorted, SourceColumns(wiring));
            return null;
        }

        var graph = Assemble(wiring, order, finals);
        var before = problems.Count;
        TypeCheck.Of(graph, drafts, problems, explicitOutputs: spec.Outputs.Count > 0);
        if (problems.Count == before && drafts.All(draft => draft.Problems.Count == 0))
            StageCheck.Of(graph, drafts);
        return graph;
    }

    private void CheckStepNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var draft in drafts.Where(draft => draft.Spec.Name.Length > 0 && !names.Add(draft.Spec.Name)))
            draft.Refuse(".name", $"'{SpecViolation.Shorten(draft.Spec.Name)}' is the name of another step too");
    }

    /// <summary>Of two steps that write a column, one has to need the other: else nobody can say what the column is in the end.</summary>
    private static void CheckWriters(Wiring wiring, StepOrder order)
    {
        foreach (var (column, writers) in wiring.Writers)
        {
            for (var i = 1; i < writers.Count; i++)
            {
                var (first, second) = (writers[i - 1], writers[i]);
                if (!order.Needs(second.Index, first.Index) && !order.Needs(first.Index, second.Index))
                {
                    second.Refuse($".outputs[{Array.IndexOf(second.Outputs, column)}]",
                        $"'{SpecViolation.Shorten(column)}' is written by {first.Described} too, and neither reads what the other makes");
                }
            }
        }
    }

    private RecordColumn[] SourceColumns(Wiring wiring) =>
        [.. wiring.Sources.Select(name => schema is not null && schema.IndexOf(name) is >= 0 and var place
            ? schema.Columns[place]
            : new RecordColumn(name, ColumnKind.Unknown))];

    private PipelineGraph Assemble(Wiring wiring, StepOrder order, IReadOnlyList<(string Name, Port Port)> finals)
    {
        var place = new int[drafts.Count];
        for (var i = 0; i < order.Sorted.Count; i++)
            place[order.Sorted[i]] = i;

        var steps = order.Sorted.Select(i => drafts[i]).Select(draft => new GraphStep(
            draft.Index, draft.Spec, draft.Definition!, draft.Values!, draft.Inputs, draft.Outputs, [.. draft.Ports.Select(Placed)]));
        var graph = new PipelineGraph(SourceColumns(wiring), [.. steps], []);
        return new(graph.Sources, graph.Steps, [.. finals.Select(final => new GraphOutput(final.Name, graph.StoredUnder(Placed(final.Port)), Placed(final.Port)))]);

        Port Placed(Port port) => port.IsSource ? port : port with { Step = place[port.Step] };
    }
}
