using System.Runtime.InteropServices;
using Mesh.ModelGraph;
using Mesh.Shards;
using Mesh.Transforms;
using Mesh.Transforms.Augmenting;

namespace Mesh.Trainer.Batches;

/// <summary>Processed shards as samples: column <c>image</c> (uint8, the shape of the fitted pipeline) and <c>label</c> (int64).</summary>
public static class ShardSamples
{
    private const string Image = "image";
    private const string Label = FittedPipeline.LabelColumn;
    private const int LabelsAtOnce = 1 << 16;

    /// <summary>The shards stay open as long as the source is used; the caller closes them.</summary>
    /// <param name="classes">Labels lie in [0, classes).</param>
    /// <param name="keepUnlabelled">Whether rows without a label are samples too: they can be predicted, not learned from.</param>
    /// <exception cref="InvalidSamplesException">The columns are not these, a label is out of range, or there are no samples.</exception>
    public static SampleSource Open(ShardSet shards, FittedPipeline pipeline, int classes, bool keepUnlabelled = false)
    {
        if (pipeline.Output(Image) is not { Batch: { } batch, Column: var image })
            throw new InvalidSamplesException($"the data has no column {Image} of images; it has {string.Join("; ", pipeline.Columns)}");
        Require(shards.Schema, image);
        Require(shards.Schema, new ShardColumn(Label, ElementType.Int64));
        return new SampleSource(new TensorShape([.. image.Shape]), Labels(shards), classes,
            (rows, destination) => shards.Gather(Image, rows, destination), batch.Apply, keepUnlabelled);
    }

    /// <summary>What the pipeline does to images in training; null for nothing.</summary>
    public static AugmentStage? Augmentation(FittedPipeline pipeline) => pipeline.Augment.Select(Image) is { IsEmpty: false } stage ? stage : null;

    private static void Require(ShardSchema schema, ShardColumn column)
    {
        if (!schema.Columns.Contains(column)) throw new InvalidSamplesException($"the shards have no column {column}; theirs are {schema}");
    }

    private static IEnumerable<long> Labels(ShardSet shards)
    {
        var rows = new long[LabelsAtOnce];
        var labels = new long[LabelsAtOnce];
        for (long start = 0; start < shards.Count; start += LabelsAtOnce)
        {
            var count = (int)Math.Min(LabelsAtOnce, shards.Count - start);
            for (var i = 0; i < count; i++) rows[i] = start + i;
            shards.Gather(Label, rows.AsSpan(0, count), MemoryMarshal.AsBytes(labels.AsSpan(0, count)));
            for (var i = 0; i < count; i++) yield return labels[i];
        }
    }
}
