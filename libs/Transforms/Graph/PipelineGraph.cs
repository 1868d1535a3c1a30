using Mesh.Transforms.Records;

namespace Mesh.Transforms.Graph;

/// <summary>The steps of a valid pipeline, sorted so that each comes after those it needs, and where its result comes from.</summary>
internal sealed class PipelineGraph
{
    private readonly int[] ready;

    public PipelineGraph(IReadOnlyList<RecordColumn> sources, IReadOnlyList<GraphStep> steps, IReadOnlyList<GraphOutput> outputs)
    {
        (Sources, Steps, Outputs) = (sources, steps, outputs);
        ready = new int[steps.Count];
        for (var i = 0; i < ready.Length; i++)
            ready[i] = steps[i].Inputs.Select(PassOf).DefaultIfEmpty().Max();
        SequenceStep = steps.ToList().FindIndex(step => step.Definition is SequenceTransform);
    }

    /// <summary>Columns of the data that are read; of unknown kind while nobody has said what the data is.</summary>
    public IReadOnlyList<RecordColumn> Sources { get; }

    public IReadOnlyList<GraphStep> Steps { get; }

    public IReadOnlyList<GraphOutput> Outputs { get; }

    /// <summary>Place of the step that makes rows of records; −1 when every record is a row.</summary>
    public int SequenceStep { get; }

    /// <summary>Whether that step makes rows of several records.</summary>
    public bool SpansRecords => SequenceStep >= 0 && ((SequenceTransform)Steps[SequenceStep].Definition).SpansRecords;

    /// <summary>The pass in which a step can be fitted, from 0.</summary>
    public int FitPassOf(int step) => ready[step];

    /// <summary>The first pass in which a column's values are known.</summary>
    public int PassOf(Port port) => port.IsSource ? 0 : ready[port.Step] + (Steps[port.Step] is { HasFit: true, Definition.Stage: TransformStage.Record } ? 1 : 0);

    /// <summary>What a batch or augmentation step works on, as rows hold it.</summary>
    public Port StoredUnder(Port port)
    {
        while (!port.IsSource && Steps[port.Step].Definition.Stage != TransformStage.Record)
            port = Steps[port.Step].Inputs[port.Index];
        return port;
    }

    /// <summary>The steps that these columns need, as a mark for each step.</summary>
    public bool[] Needed(IEnumerable<Port> columns)
    {
        var needed = new bool[Steps.Count];
        foreach (var column in columns.Where(column => !column.IsSource))
            needed[column.Step] = true;
        for (var i = needed.Length - 1; i >= 0; i--)
        {
            foreach (var input in needed[i] ? Steps[i].Inputs : [])
            {
                if (!input.IsSource)
                    needed[input.Step] = true;
            }
        }

        return needed;
    }

    /// <summary>The columns of the data of which something comes into the result otherwise than as a target.</summary>
    public IReadOnlyList<RecordColumn> Features()
    {
        // From the last step to the first: those who read a column come behind who makes it.
        var features = Outputs.Select(output => output.Stored).ToHashSet();
        for (var i = Steps.Count - 1; i >= 0; i--)
        {
            var step = Steps[i];
            if (Enumerable.Range(0, step.OutputNames.Length).Any(output => features.Contains(new(i, output))))
                features.UnionWith(step.Inputs.Where((_, input) => !step.Definition.IsTarget(input)));
        }

        return [.. Sources.Where((_, i) => features.Contains(new(Port.Source, i)))];
    }

    /// <summary>A step and all that need it, as a mark for each step.</summary>
    public bool[] After(int step)
    {
        var after = new bool[Steps.Count];
        for (var i = step; i < after.Length; i++)
            after[i] = i == step || Steps[i].Inputs.Any(input => !input.IsSource && after[input.Step]);
        return after;
    }
}
