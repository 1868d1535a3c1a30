using System.Collections.Concurrent;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Rows;

/// <summary>The record stage of a fitted pipeline: records into rows. Safe on any number of threads.</summary>
internal sealed class RowStage
{
    private readonly record struct Image(int Output, int Slot, int[] Shape, string Step);

    private readonly RecordPlan plan;
    private readonly Image[] images;

    // As many as there were threads at once; a field for the first, because most callers are one.
    private readonly ConcurrentQueue<WorkingRecord> idle = new();
    private WorkingRecord? first;

    public RowStage(TypedGraph typed)
    {
        var outputs = typed.Graph.Outputs;
        plan = new(typed, [], [.. outputs.Select(output => output.Stored)]);
        images = [.. Enumerable.Range(0, outputs.Count)
            .Where(i => typed[outputs[i].Stored].Kind == ColumnKind.Pixels)
            .Select(i => new Image(i, plan.SlotOf(outputs[i].Stored), typed[outputs[i].Stored].Shape!, typed.Graph.Steps[outputs[i].Stored.Step].Name))];
    }

    public bool IsSequence => plan.NewSequence is not null;

    public void Apply(in RawRecord record, RowBuffer row)
    {
        if (IsSequence)
            throw new InvalidOperationException("Rows of this pipeline are made by a sequence.");
        var working = Take();
        try
        {
            plan.Read(record, working);
            Finish(working, row);
        }
        finally
        {
            Return(working);
        }
    }

    public ISequence? NewSequence() => plan.NewSequence?.Invoke();

    /// <summary>What <see cref="Return"/> takes back.</summary>
    public WorkingRecord Take() =>
        Interlocked.Exchange(ref first, null) ?? (idle.TryDequeue(out var working) ? working : new WorkingRecord(plan.Layout));

    public void Return(WorkingRecord working)
    {
        working.Clear();
        if (Interlocked.CompareExchange(ref first, working, null) is not null)
            idle.Enqueue(working);
    }

    /// <summary>Takes a record in, as far as the step that makes rows.</summary>
    public void Read(in RawRecord record, WorkingRecord working) => plan.Read(record, working);

    /// <summary>The steps on a row, and its images.</summary>
    public void Finish(WorkingRecord working, RowBuffer row)
    {
        working.Begin(row);
        plan.RunRow(working);
        foreach (var (output, slot, shape, step) in images)
        {
            var image = working.Pixels(slot);
            if (image.Channels != shape[0] || image.Height != shape[1] || image.Width != shape[2])
            {
                throw new TransformException(step, working.Name,
                    $"the image comes out as {ImageShape.Describe(ImageShape.Of(image))}, not {ImageShape.Describe(shape)} (channels×height×width)");
            }

            image.WritePlanes(row[output]);
        }
    }
}
