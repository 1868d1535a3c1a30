using System.Text.Json;
using Mesh.Transforms.Fitting;

namespace Mesh.Transforms;

/// <summary>
/// What a pipeline learns from the training records, streaming. Every thread has its own; merged in any order and any grouping they give the
/// same fitted pipeline, to the byte. Not safe for concurrent use.
/// </summary>
public sealed class PipelineFitter
{
    private readonly Pipeline pipeline;
    private readonly IFit?[] fits;
    private int[]? shape;

    internal PipelineFitter(Pipeline pipeline)
    {
        this.pipeline = pipeline;
        fits = [.. pipeline.Transforms.Select(transform => transform.Definition.NewFit(transform.Values))];
    }

    /// <summary>Records observed, those of merged fitters included.</summary>
    public long Records { get; private set; }

    /// <summary>
    /// Runs the record stage on a training record and learns from the result.
    /// Throws <see cref="TransformException"/> if a transform refuses the record; the fitter is then as it was before.
    /// </summary>
    public void Observe(RawRecord record)
    {
        using var working = pipeline.RunImage(record);
        int[] found = [working.Image.Channels, working.Image.Height, working.Image.Width];
        CheckShape(found, record.Name);
        foreach (var fit in fits)
            fit?.Observe(working);
        shape ??= found;
        Records++;
    }

    /// <summary>
    /// Adds what another fitter of the same pipeline has seen. Throws <see cref="TransformException"/> if its images came out in another shape.
    /// </summary>
    public void Merge(PipelineFitter other)
    {
        if (other.pipeline != pipeline && !other.pipeline.Spec.CanonicalBytes().AsSpan().SequenceEqual(pipeline.Spec.CanonicalBytes()))
            throw new ArgumentException("The fitter belongs to another pipeline.", nameof(other));
        if (other.shape is not null)
            CheckShape(other.shape, null);
        for (var i = 0; i < fits.Length; i++)
            fits[i]?.Merge(other.fits[i]!);
        shape ??= other.shape;
        Records = checked(Records + other.Records);
    }

    /// <summary>The pipeline with what it learned. Throws <see cref="TransformException"/> if the records do not allow it.</summary>
    /// <param name="labelNames">Class names the data set declares, in index order; null or empty when it declares none.</param>
    public FittedPipeline Complete(IReadOnlyList<string>? labelNames = null)
    {
        if (shape is null)
            throw new TransformException(pipeline.Transforms[0].Definition.Type, null, "there are no records to fit the pipeline on");

        var context = new FitContext(labelNames, shape[0]);
        JsonElement[] fitted = [.. fits.Select(fit => fit is null ? default : JsonSerializer.SerializeToElement(fit.Complete(context)))];
        return new(pipeline, shape, fitted);
    }

    private void CheckShape(int[] found, string? record)
    {
        if (shape is not null && !found.AsSpan().SequenceEqual(shape))
        {
            throw new TransformException(pipeline.LastImageTransform, record,
                $"an image comes out as {FittedPipeline.Describe(found)} and another as {FittedPipeline.Describe(shape)} "
                + "(channels×height×width); resize, grayscale or decode-image with channels=rgb make them alike");
        }
    }
}
