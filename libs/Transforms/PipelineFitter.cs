using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Json;

namespace Mesh.Transforms;

/// <summary>
/// What a pipeline learns from the training records, streaming. Every partition has its own; merged in any order and any grouping they give the
/// same fitted pipeline, to the byte. Not safe for concurrent use.
/// </summary>
public sealed class PipelineFitter
{
    private const int FormatVersion = 1;
    private const int MaximumBytes = 64 << 20;

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

    /// <summary>The state, for <see cref="Pipeline.ReadFitter"/> in the process that merges.</summary>
    public byte[] ToJson() => CanonicalJson.Write(new JsonObject
    {
        ["format_version"] = FormatVersion,
        ["pipeline_sha256"] = Digest(pipeline),
        ["records"] = Records,
        ["shape"] = shape is null ? null : new JsonArray([.. shape.Select(side => JsonValue.Create(side))]),
        ["fits"] = new JsonArray([.. fits.Select(fit => fit?.Save())]),
    });

    internal static PipelineFitter Parse(Pipeline pipeline, ReadOnlySpan<byte> json)
    {
        var fields = new JsonFields(json, MaximumBytes, "");
        fields.Integer("format_version", FormatVersion, FormatVersion);
        if (fields.Text("pipeline_sha256") != Digest(pipeline))
            throw fields.Wrong("pipeline_sha256", "is that of another pipeline, transform version or image library");

        var fitter = new PipelineFitter(pipeline) { Records = fields.Integer("records", 0, long.MaxValue) };
        if (fields.Required("shape").ValueKind != JsonValueKind.Null)
            fitter.shape = FittedPipeline.ReadShape(fields, "shape");
        if ((fitter.shape is null) != (fitter.Records == 0))
            throw fields.Wrong("shape", "must be there exactly when there are records");

        var saved = fields.Array("fits");
        fields.RefuseOthers();
        if (saved.Count != fitter.fits.Length)
            throw fields.Wrong("fits", $"must have {fitter.fits.Length} entries");
        for (var i = 0; i < saved.Count; i++)
            fitter.fits[i]?.Load(new JsonFields(saved[i], $"fits[{i}]"));
        return fitter;
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

    private static string Digest(Pipeline pipeline) => Convert.ToHexStringLower(SHA256.HashData(pipeline.Spec.CanonicalBytes()));
}
