using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Transforms.Batches;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;
using Mesh.Transforms.Labels;

namespace Mesh.Transforms;

/// <summary>
/// A pipeline with everything it learned: what made the shards, what the trainer applies to each batch and what serving applies to each request.
/// Immutable; safe on any number of threads.
/// </summary>
public sealed class FittedPipeline
{
    /// <summary>Version of the JSON that <see cref="ToJson"/> writes.</summary>
    public const int FormatVersion = 1;

    /// <summary>The label of a record without one.</summary>
    public const long Unlabelled = -1;

    private const int MaximumBytes = 64 << 20;

    private readonly Pipeline pipeline;
    private readonly JsonElement[] fitted;
    private readonly int[] shape;
    private readonly string[] labels = [];
    private readonly Action<WorkingRecord>[] fittedSteps;

    internal FittedPipeline(Pipeline pipeline, int[] shape, JsonElement[] fitted, string? fittedWith = null)
    {
        this.pipeline = pipeline;
        this.shape = shape;
        this.fitted = fitted;
        FittedWithImageLibrary = fittedWith ?? ImageLibrary.Version;

        var steps = new List<Action<WorkingRecord>>();
        var affine = ChannelAffine.Unit(shape[0]);
        for (var i = 0; i < fitted.Length; i++)
        {
            var (definition, values) = pipeline.Transforms[i];
            var path = $"transforms[{i}].fitted";
            if (definition.NewFit(values) is null)
            {
                if (fitted[i].ValueKind != JsonValueKind.Undefined)
                    throw new PipelineSpecException(path, $"{definition.Type} is not fitted");
                continue;
            }

            var fields = new JsonFields(fitted[i], path);
            if (definition.BindFitted(values, fields) is { } step)
                steps.Add(step);
            affine = definition.BindBatch(values, fields, affine);
            if (definition is Label)
                labels = Label.Names(fields);
        }

        fittedSteps = [.. steps];
        BatchStage = new(shape, affine);
    }

    /// <summary>What it was made from.</summary>
    public PipelineSpec Spec => pipeline.Spec;

    /// <summary>[channels, height, width] of every record after the record stage, uint8. A copy each time.</summary>
    public int[] OutputShape => [.. shape];

    /// <summary>Bytes of one record after the record stage: C · H · W.</summary>
    public int RecordLength => shape[0] * shape[1] * shape[2];

    /// <summary>Class names in index order; empty when the pipeline has no <c>label</c>. A copy each time.</summary>
    public string[] Labels => [.. labels];

    /// <summary>uint8 rows → float32, for training and serving.</summary>
    public BatchStage BatchStage { get; }

    /// <summary>Version of each transform, by type.</summary>
    public IReadOnlyDictionary<string, int> TransformVersions =>
        pipeline.Transforms.Select(transform => transform.Definition).Distinct()
            .ToDictionary(definition => definition.Type, definition => definition.Version);

    /// <summary>Version of libvips that saw the training data; another one may resize or decode to slightly different bytes.</summary>
    public string FittedWithImageLibrary { get; }

    /// <summary>
    /// The record stage: writes uint8 [C, H, W] and gives the label's index, −1 without one.
    /// Throws <see cref="TransformException"/> if the record cannot be read, comes out in another shape or has an unknown label;
    /// <see cref="ArgumentException"/> if <paramref name="destination"/> is not of <see cref="RecordLength"/> bytes.
    /// </summary>
    public void ApplyRecord(RawRecord record, Span<byte> destination, out long label)
    {
        if (destination.Length != RecordLength)
            throw new ArgumentException($"A record has {RecordLength} bytes, not {destination.Length}.", nameof(destination));

        using var working = pipeline.RunImage(record);
        int[] found = [working.Image.Channels, working.Image.Height, working.Image.Width];
        if (!found.AsSpan().SequenceEqual(shape))
        {
            throw new TransformException(pipeline.LastImageTransform, record.Name,
                $"the image comes out as {Describe(found)}, not {Describe(shape)} (channels×height×width)");
        }

        foreach (var step in fittedSteps)
            step(working);
        working.WritePlanes(destination);
        label = working.Label;
    }

    /// <summary>Canonical JSON: equal pipelines give equal bytes.</summary>
    public byte[] ToJson()
    {
        var transforms = new JsonArray();
        for (var i = 0; i < fitted.Length; i++)
        {
            var (definition, values) = pipeline.Transforms[i];
            var entry = new JsonObject { ["type"] = definition.Type, ["version"] = definition.Version, ["parameters"] = values.ToJson() };
            if (fitted[i].ValueKind != JsonValueKind.Undefined)
                entry["fitted"] = JsonNode.Parse(fitted[i].GetRawText());
            transforms.Add(entry);
        }

        return CanonicalJson.Write(new JsonObject
        {
            ["format_version"] = FormatVersion,
            ["libvips"] = FittedWithImageLibrary,
            ["output_shape"] = new JsonArray([.. shape.Select(side => JsonValue.Create(side))]),
            ["transforms"] = transforms,
        });
    }

    /// <summary>
    /// Reads what <see cref="ToJson"/> wrote. Throws <see cref="PipelineSpecException"/> if it is damaged, of a later format, or fitted with another
    /// version of a transform than this build has.
    /// </summary>
    public static FittedPipeline Parse(ReadOnlySpan<byte> json)
    {
        var fields = new JsonFields(json, MaximumBytes, "");
        fields.Integer("format_version", FormatVersion, FormatVersion);
        var library = fields.Text("libvips");
        var shape = ReadShape(fields, "output_shape");
        var entries = fields.Array("transforms");
        fields.RefuseOthers();

        var (specs, fitted) = (new List<TransformSpec>(), new List<JsonElement>());
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = new JsonFields(entries[i], $"transforms[{i}]");
            var type = entry.Text("type");
            var version = entry.Integer("version", 1, int.MaxValue);
            if (TransformCatalog.Find(type) is { } definition && definition.Version != version)
                throw entry.Wrong("version", $"{type} was fitted in version {version}; this build has version {definition.Version}");
            specs.Add(new(type, entry.Required("parameters")));
            fitted.Add(entry.Optional("fitted"));
            entry.RefuseOthers();
        }

        return new(Pipeline.Create(new(specs)), shape, [.. fitted], library);
    }

    internal static int[] ReadShape(JsonFields fields, string name)
    {
        var sides = fields.Numbers(name);
        var valid = sides is [1 or 3, _, _]
            && sides.All(side => side is >= 1 and <= DecodeImage.MaximumSide && side == Math.Floor(side));
        return valid ? [.. sides.Select(side => (int)side)] : throw fields.Wrong(name, "must be [channels, height, width]");
    }

    internal static string Describe(int[] shape) => string.Join('×', shape);
}
