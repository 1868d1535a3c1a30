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
    private readonly StepFit[] fits;
    private readonly StepFit[] onRecord;
    private readonly StepFit[] onRow;
    private readonly ImageShape[] shapes;
    private readonly Action observeRow;
    private bool seesShapes;

    internal PipelineFitter(Pipeline pipeline, FittedState soFar)
    {
        (this.pipeline, this.soFar) = (pipeline, soFar);
        var graph = pipeline.Graph;
        var typed = new TypedGraph(graph, soFar);
        var steps = Enumerable.Range(0, graph.Steps.Count).Where(step => graph.Steps[step].HasFit && graph.FitPassOf(step) == soFar.Passes).ToArray();
        var images = pipeline.ImageOutputs.Where(output => graph.PassOf(output.Stored) == soFar.Passes).ToArray();

        var observed = steps.Where(step => graph.Steps[step].Observes).ToArray();
        var wanted = observed.SelectMany(step => graph.Steps[step].Inputs).Select(graph.StoredUnder).ToArray();
        plan = new(typed, wanted, [], once: [.. images.Select(image => image.Stored)]);
        working = new(plan.Layout);
        sequence = plan.NewSequence?.Invoke();
        fits = [.. steps.Select(step => new StepFit(step, graph.Steps[step].Definition.NewFit(plan.Context(typed, step))))];
        var rows = sequence is null ? null : graph.After(graph.SequenceStep);
        var observing = fits.Where(fit => observed.Contains(fit.Step)).ToArray();
        onRow = [.. observing.Where(fit => rows is null || (rows[fit.Step] && fit.Step != graph.SequenceStep))];
        onRecord = [.. observing.Except(onRow)];
        var decoded = graph.Needed(wanted);
        shapes = [.. images.Select(image => new ImageShape(
            image.Name, graph.Steps[image.Stored.Step].Name, plan.SlotOf(image.Stored)) { IsObserved = decoded[image.Stored.Step] })];
        observeRow = ObserveRow;
    }

    /// <summary>Records observed, those of merged fitters included.</summary>
    public long Records { get; private set; }

    /// <summary>Whether a training record with all columns has yet to be seen, to know the shapes of the images in the result.</summary>
    public bool LacksShapes => Array.Exists(shapes, shape => shape.Shape is null);

    /// <summary>Takes the shapes of images from a training record, and learns nothing else from it.</summary>
    /// <param name="record">Has all columns that the pipeline reads.</param>
    /// <exception cref="TransformException">A transform refuses the record.</exception>
    /// <exception cref="NotSupportedException">Rows are made by a sequence.</exception>
    public void SeeShapes(in RawRecord record)
    {
        if (sequence is not null)
            throw new NotSupportedException("Rows of this pipeline are made by a sequence: observe its records with all their columns.");
        try
        {
            plan.Read(record, working);
            plan.RunRow(working);
            KeepShapes();
        }
        finally
        {
            working.Clear();
        }
    }

    /// <summary>
    /// Runs the steps on a training record and learns from the result. It may lack columns that nothing is learned from in this pass
    /// (<see cref="Pipeline.Observed"/>): then it has no part in the shapes of images.
    /// Throws <see cref="TransformException"/> if a transform refuses the record; the fitter is then as it was before (unless the record makes several
    /// rows, and a later one of them was refused).
    /// </summary>
    public void Observe(in RawRecord record)
    {
        try
        {
            // To decode every image only to see that its shape is that of the first would double the work: whoever writes the rows sees it too.
            seesShapes = LacksShapes && plan.ReadsAllOf(record.Schema);
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
        foreach (var (mine, more) in fits.Zip(other.fits))
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

        foreach (var fit in fits)
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
        var fitted = fits.Select(fit => KeyValuePair.Create(
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
        foreach (var fit in fits)
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
        if (seesShapes)
            plan.RunRow(working);
        else
            plan.RunLaterRow(working);
        Check(onRow);
        foreach (var shape in shapes.Where(shape => seesShapes || shape.IsObserved))
            shape.Check(working.Pixels(shape.Slot), working.Name);
        Observe(onRow);
        if (seesShapes)
            KeepShapes();
    }

    private void KeepShapes()
    {
        foreach (var shape in shapes)
        {
            if (shape.Shape is null)
            {
                shape.Check(working.Pixels(shape.Slot), working.Name);
                shape.Shape = ImageShape.Of(working.Pixels(shape.Slot));
            }
        }
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
