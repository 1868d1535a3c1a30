using Mesh.Specs;
using Mesh.Trainer.Batches;
using Mesh.Transforms;
using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Records;

namespace Mesh.Trainer.Tests.Support;

/// <summary>Random changes to <see cref="Stripes"/>.</summary>
internal static class Augmentations
{
    /// <summary>Everything that leaves the class as it is: stripes go from left to right.</summary>
    public static AugmentStage Harmless { get; } = Of(
        TransformSpec.Of("random-horizontal-flip"), TransformSpec.Of("random-shift", """{"x":3,"y":0,"unit":"pixels"}"""), TransformSpec.Of("color-jitter"));

    /// <summary>The same and mixup.</summary>
    public static AugmentStage Mixing { get; } = Of(
        TransformSpec.Of("random-horizontal-flip"), TransformSpec.Of("random-shift", """{"x":3,"y":0,"unit":"pixels"}"""), TransformSpec.Of("mixup", """{"alpha":1}"""));

    /// <summary>Leaves nothing of an image.</summary>
    public static AugmentStage Blank { get; } = Of(TransformSpec.Of(
        "random-erasing", """{"probability":1,"value":"constant","min_area":1,"max_area":1,"min_aspect":1,"max_aspect":1}"""));

    private static AugmentStage Of(params TransformSpec[] steps)
    {
        // A label beside the image, as shards have it.
        var pipeline = Pipeline.Create(new PipelineSpec([TransformSpec.Of("decode-image"), .. steps, TransformSpec.Of("label")]), RecordSchema.LabelledImages);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        fitter.Observe(RawRecord.Raw("stripes", new byte[Stripes.Side * Stripes.Side], Stripes.Side, Stripes.Side, 1, "a"));
        return ShardSamples.Augmentation(pipeline.Finish(fitter.Complete()))!;
    }
}
