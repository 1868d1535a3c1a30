using System.Text.Json;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Fitting;

/// <summary>
/// What one pass over the training records teaches a pipeline, streaming. Every thread and process has its own; merged in any order and any grouping
/// they give the same result, to the byte. Not safe for concurrent use.
/// </summary>
public sealed class PipelineFitter
{
    private const int StateVersion = 1;
    private static ReadOnlySpan<byte> Magic => "MFIT"u8;

    private readonly record struct StepFit(int Step, IFit Fit);

    private readonly Pipeline pipeline;
    private readonly FittedState soFar;
    private readonly RecordPlan plan;
    private readonly WorkingRecord working;
    private readonly ISequence? sequence;
    private readonly StepFit[] onRecord;
    private readonly StepFit[] onRow;
    private readonly ImageShape[] shapes;
    private readonly Action observeRow;

    internal PipelineFitter(Pipeline pipeline, FittedState soFar)
    {
        (this.pipeline, this.soFar) = (pipeline, soFar);
        var graph = pipeline.Graph;
        var typed = new TypedGraph(graph, soFar);
        var steps = Enumerable.Range(0, graph.Steps.Count).Where(step => graph.Steps[step].HasFit && graph.FitPassOf(step) == soFar.Passes).ToArray();
        var images = pipeline.ImageOutputs.Where(output => graph.PassOf(output.Stored) == soFar.Passes).ToArray();

        plan = new(typed, [.. steps.SelectMany(step => graph.Steps[step].Inputs).Select(graph.StoredUnder), .. images.Select(image => image.Stored)], []);
        working = new(plan.Layout);
        sequence = plan.NewSequence?.Invoke();
        var fits = steps.Select(step => new StepFit(step, graph.Steps[step].Definition.NewFit(plan.Context(typed, step)))).ToArray();
        var rows = sequence is null ? null : graph.After(graph.SequenceStep);
        onRow = [.. fits.Where(fit => rows is null || (rows[fit.Step] && fit.Step != graph.SequenceStep))];
        onRecord = [.. fits.Except(onRow)];
        shapes = [.. images.Select(image => new ImageShape(image.Name, graph.Steps[image.Stored.Step].Name, plan.SlotOf(image.Stored)))];
        observeRow = ObserveRow;
    }

    /// <summary>Records observed, those of merged fitters included.</summary>
    public long Records { get; private set; }

    private IEnumerable<StepFit> Fits => onRecord.Concat(onRow).OrderBy(fit => fit.Step);

    /// <summary>
    /// Runs the steps on a training record and learns from the result.
    /// Throws <see cref="TransformException"/> if a transform refuses the record; the fitter is then as it was before (unless the record makes several
    /// rows, and a later one of them was refused).
    /// </summary>
    public void Observe(in RawRecord record)
    {
        try
        {
            plan.Read(record, working);
            Check(onRecord);
            if (sequence is null)
                ObserveRow();
            else
                sequence.Push(working, observeRow);
            Observe(onRecord);
            Records++;
        }
        finally
        {
            working.Clear();
        }
    }

    /// <summary>
    /// Adds what another fitter of the same pipeline and pass has seen. Throws <see cref="TransformException"/> if its images came out in another shape,
    /// or both together are too much.
    /// </summary>
    public void Merge(PipelineFitter other)
    {
        var same = other.pipeline == pipeline && other.soFar == soFar;
        if (!same && !other.pipeline.IdentityAt(other.soFar).AsSpan().SequenceEqual(pipeline.IdentityAt(soFar)))
            throw new ArgumentException("The fitter belongs to another pipeline or pass.", nameof(other));
        foreach (var (mine, more) in shapes.Zip(other.shapes))
            mine.Check(more.Shape, null);
        foreach (var (mine, more) in Fits.Zip(other.Fits))
            mine.Fit.Merge(more.Fit);
        foreach (var (mine, more) in shapes.Zip(other.shapes))
            mine.Shape ??= more.Shape;
        Records = checked(Records + other.Records);
    }

    /// <summary>
    /// The state, for <see cref="Pipeline.LoadFitter"/> in this or another process: what parts of the data taught can be kept and merged later. Equal
    /// states give equal bytes.
    /// </summary>
    public byte[] Save()
    {
        var state = new FitWriter();
        state.Count(Records);
        foreach (var shape in shapes)
        {
            foreach (var side in shape.Shape ?? [0, 0, 0])
                state.Count(side);
        }

        foreach (var fit in Fits)
        {
            var part = new FitWriter();
            fit.Fit.Save(part);
            state.Bytes(part.Written);
        }

        return [.. Magic, StateVersion, .. pipeline.IdentityAt(soFar), .. state.Written];
    }

    /// <summary>What this pass has taught, with what was known before. Throws <see cref="TransformException"/> if the records do not allow it.</summary>
    public FittedState Complete()
    {
        if (Records == 0)
            throw new TransformException(pipeline.Graph.Steps[0].Name, null, "there are no records to fit the pipeline on");
        foreach (var shape in shapes.Where(shape => shape.Shape is null))
            throw new TransformException(pipeline.Graph.Steps[0].Name, null, $"no record gives a row with '{shape.Name}'");

        var images = shapes.Select(shape => KeyValuePair.Create(shape.Name, shape.Shape!)).ToArray();
        var typed = new TypedGraph(pipeline.Graph, soFar.With([], images));
        var fitted = Fits.Select(fit => KeyValuePair.Create(
            pipeline.Graph.Steps[fit.Step].Index, JsonSerializer.SerializeToElement(fit.Fit.Complete(typed.Contexts[fit.Step]))));
        return soFar.With(fitted, images);
    }

    internal void Load(ReadOnlyMemory<byte> saved)
    {
        const string path = "fit";
        var header = Magic.Length + 1;
        var identity = pipeline.IdentityAt(soFar);
        if (saved.Length < header + identity.Length || !saved.Span.StartsWith(Magic) || saved.Span[Magic.Length] != StateVersion)
            throw new PipelineSpecException(path, "is not the state of a fit of this version");
        if (!saved.Span.Slice(header, identity.Length).SequenceEqual(identity))
            throw new PipelineSpecException(path, "is of another pipeline, other data or another pass");

        var state = new FitReader(saved[(header + identity.Length)..], path);
        Records = state.Long(1L << 48);
        foreach (var shape in shapes)
            shape.Shape = ReadShape(state);
        foreach (var fit in Fits)
        {
            var part = new FitReader(state.Bytes(int.MaxValue), pipeline.Graph.Steps[fit.Step].Path);
            fit.Fit.Load(part);
            part.End();
        }

        state.End();
    }

    private static int[]? ReadShape(FitReader state)
    {
        int[] shape = [(int)state.Long(3), (int)state.Long(DecodeImage.MaximumSide), (int)state.Long(DecodeImage.MaximumSide)];
        return shape switch
        {
            [0, 0, 0] => null,
            [1 or 3, > 0, > 0] => shape,
            _ => throw state.Wrong("an image has no shape"),
        };
    }

    private void ObserveRow()
    {
        plan.RunRow(working);
        Check(onRow);
        foreach (var shape in shapes)
            shape.Check(ImageShape.Of(working.Pixels(shape.Slot)), working.Name);
        Observe(onRow);
        foreach (var shape in shapes)
            shape.Shape ??= ImageShape.Of(working.Pixels(shape.Slot));
    }

    private void Check(StepFit[] fits)
    {
        foreach (var fit in fits)
            fit.Fit.Check(working);
    }

    private void Observe(StepFit[] fits)
    {
        foreach (var fit in fits)
            fit.Fit.Observe(working);
    }
}
