using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Rows;

/// <summary>
/// The steps that some columns need, bound: what runs on each record. Values live in slots; a decoded image goes back to the pool as soon as no later
/// step reads it. Immutable; safe on any number of threads, each with a working record of its own.
/// </summary>
internal sealed class RecordPlan
{
    private readonly record struct PlanStep(StepContext Context, Action<WorkingRecord> Apply, int[] Release);

    private readonly Dictionary<Port, int> slots = [];
    private readonly HashSet<Port> read;
    private readonly Dictionary<Port, TransformDefinition?> soleReaders;
    private readonly SourceMap sources;
    private readonly PlanStep[] onRecord;
    private readonly PlanStep[] onRow;
    private readonly PlanStep[] onLaterRow;

    /// <param name="typed">All that these columns need is fitted.</param>
    /// <param name="wanted">Columns whose values are kept until the record is done.</param>
    /// <param name="outputs">What rows hold, in order; empty when nothing is to be stored.</param>
    /// <param name="once">Columns that are wanted of some rows only.</param>
    public RecordPlan(TypedGraph typed, IReadOnlyList<Port> wanted, IReadOnlyList<Port> outputs, params IReadOnlyList<Port> once)
    {
        var graph = typed.Graph;
        Port[] kept = [.. wanted, .. outputs, .. once];
        var (needed, always) = (graph.Needed(kept), graph.Needed([.. wanted, .. outputs]));
        var steps = Enumerable.Range(0, needed.Length).Where(step => needed[step]).ToArray();
        read = [.. steps.SelectMany(step => graph.Steps[step].Inputs), .. kept];
        soleReaders = steps.SelectMany(step => graph.Steps[step].Inputs.Select(input => (Port: input, graph.Steps[step].Definition))).GroupBy(reader => reader.Port)
            .ToDictionary(readers => readers.Key, readers => readers.Count() == 1 && !kept.Contains(readers.Key) ? readers.Single().Definition : null);
        foreach (var port in read.Where(port => port.IsSource))
            slots.Add(port, slots.Count);
        sources = new([.. slots.Select(slot => (graph.Sources[slot.Key.Index], slot.Value))]);
        foreach (var step in steps)
        {
            for (var output = 0; output < graph.Steps[step].OutputNames.Length; output++)
                slots.Add(new(step, output), slots.Count);
        }

        Layout = Place(typed, outputs);
        var sequence = Array.IndexOf(steps, graph.SequenceStep);
        var bound = Bind(typed, steps, kept);
        (onRecord, onRow) = sequence < 0 ? ([], bound) : (bound[..sequence], bound[(sequence + 1)..]);
        onLaterRow = [.. steps[(sequence + 1)..].Zip(onRow).Where(step => always[step.First]).Select(step => step.Second)];
        if (sequence >= 0)
            NewSequence = ((SequenceTransform)graph.Steps[graph.SequenceStep].Definition).Bind(Context(typed, graph.SequenceStep));
    }

    public SlotLayout Layout { get; }

    /// <summary>The state of the step that makes rows of records; null when every record is a row.</summary>
    public Func<ISequence>? NewSequence { get; }

    public int SlotOf(Port port) => slots[port];

    /// <summary>A step as it is bound here: with slots.</summary>
    public StepContext Context(TypedGraph typed, int step)
    {
        var inputs = typed.Graph.Steps[step].Inputs;
        return typed.Contexts[step] with
        {
            InputSlots = [.. inputs.Select(input => slots[typed.Graph.StoredUnder(input)])],
            OutputSlots = [.. Outputs().Select(output => slots.GetValueOrDefault(output, -1))],
            OutputsWanted = [.. Outputs().Select(read.Contains)],
            SoleReaders = [.. Outputs().Select(output => soleReaders.GetValueOrDefault(output))],
        };

        IEnumerable<Port> Outputs() => Enumerable.Range(0, typed.Graph.Steps[step].OutputNames.Length).Select(output => new Port(step, output));
    }

    /// <summary>Whether records of the schema have all that is read, also of what is wanted of some rows only.</summary>
    public bool ReadsAllOf(RecordSchema schema) => sources.IsWhole(schema);

    /// <summary>Takes a record in and runs the steps before the one that makes rows.</summary>
    public void Read(in RawRecord record, WorkingRecord working)
    {
        working.Begin(record, sources.Of(record.Schema));
        Run(onRecord, working);
    }

    /// <summary>The steps on a row: all of them, when every record is one.</summary>
    public void RunRow(WorkingRecord working) => Run(onRow, working);

    /// <summary>The same, without what is wanted of some rows only.</summary>
    public void RunLaterRow(WorkingRecord working) => Run(onLaterRow, working);

    private static void Run(PlanStep[] steps, WorkingRecord working)
    {
        foreach (var step in steps)
        {
            try
            {
                step.Apply(working);
            }
            catch (ImageFileException e)
            {
                throw step.Context.Error(working, e.Message, e.InnerException);
            }

            foreach (var slot in step.Release)
                working.Release(slot);
        }
    }

    private PlanStep[] Bind(TypedGraph typed, int[] steps, Port[] kept)
    {
        var lastReader = new Dictionary<Port, int>();
        foreach (var step in steps)
        {
            foreach (var input in typed.Graph.Steps[step].Inputs)
                lastReader[input] = step;
        }

        // A step that makes rows is not bound here, and what it read goes when the record is done.
        var released = lastReader
            .Where(reader => typed[reader.Key].Kind == ColumnKind.Pixels && !kept.Contains(reader.Key))
            .ToLookup(reader => reader.Value, reader => slots[reader.Key]);
        return [.. steps.Select(step => typed.Graph.Steps[step].Definition is RecordTransform definition && Context(typed, step) is var context
            ? new PlanStep(context, definition.Bind(context), [.. released[step]])
            : default)];
    }

    private SlotLayout Place(TypedGraph typed, IReadOnlyList<Port> outputs)
    {
        var (places, scratch) = (new TensorPlace[slots.Count], 0);
        var columns = Enumerable.Range(0, outputs.Count).ToDictionary(column => outputs[column]);
        foreach (var (port, slot) in slots)
        {
            if (typed[port] is not { Kind: ColumnKind.Tensor, Shape: { } shape } type)
                continue;
            var length = shape.Aggregate(type.Element.Size, (bytes, side) => checked(bytes * side));
            var output = columns.GetValueOrDefault(port, -1);
            places[slot] = new(output, scratch, length);
            // Eight bytes more than the last one's end at most, so that elements are aligned.
            scratch = output >= 0 ? scratch : checked(scratch + length + 7) & ~7;
        }

        return new(slots.Count, places, scratch);
    }
}
