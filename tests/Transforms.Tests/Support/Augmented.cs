using System.Runtime.InteropServices;
using Mesh.Transforms.Augmenting;

namespace Mesh.Transforms.Tests.Support;

/// <summary>Augmentations on images [channels, height, width] of one shape, with boxes of class <c>thing</c> or without.</summary>
internal sealed class Augmented
{
    public const int MaximumBoxes = 4;

    private static readonly RecordSchema Schema = new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("boxes", ColumnKind.Boxes));

    private readonly FittedPipeline fitted;

    private Augmented(FittedPipeline fitted) => this.fitted = fitted;

    public AugmentStage Stage => fitted.Augment;

    public IReadOnlyList<Mesh.Shards.ShardColumn> Columns => fitted.Columns;

    public static Augmented Of(int channels, int height, int width, params TransformSpec[] steps) => new(Fit(channels, height, width, [TransformSpec.Of("decode-image"), .. steps]));

    public static Augmented WithBoxes(int channels, int height, int width, params (string Type, string Parameters)[] steps) => new(Fit(channels, height, width,
        [TransformSpec.Of("decode-image"), TransformSpec.Of("boxes", $$"""{"max_boxes":{{MaximumBoxes}}}"""), .. steps.Select(step => TransformSpec.Of(step.Type, step.Parameters, ["image", "boxes"]))]));

    /// <summary>One image, changed.</summary>
    public byte[] Image(byte[] image, long sample = 0, long epoch = 0, long seed = 1) => Apply(image, [], sample, epoch, seed).Image;

    /// <summary>One image with boxes in pixels (left, top, width, height), changed.</summary>
    public (byte[] Image, (double Left, double Top, double Width, double Height)[] Boxes) Apply(
        byte[] image, (double Left, double Top, double Width, double Height)[] boxes, long sample = 0, long epoch = 0, long seed = 1)
    {
        var (height, width) = (Columns[0].Shape[^2], Columns[0].Shape[^1]);
        var changed = image.ToArray();
        var rows = new byte[MaximumBoxes * 5 * sizeof(float)];
        var floats = MemoryMarshal.Cast<byte, float>(rows.AsSpan());
        floats.Fill(-1);
        for (var i = 0; i < boxes.Length; i++)
        {
            var (left, top, across, down) = boxes[i];
            float[] row = [0, (float)((left + across / 2) / width), (float)((top + down / 2) / height), (float)(across / width), (float)(down / height)];
            row.CopyTo(floats[(i * 5)..]);
        }

        using var batch = RowBatch.Over(Columns, 1, Columns.Count == 1 ? [changed] : [changed, rows]);
        Stage.Apply(batch[0], seed, epoch, sample);
        return (changed, [.. floats.ToArray().Chunk(5).TakeWhile(row => row[0] >= 0).Select(row =>
            ((row[1] - row[3] / 2d) * width, (row[2] - row[4] / 2d) * height, row[3] * (double)width, row[4] * (double)height))]);
    }

    private static FittedPipeline Fit(int channels, int height, int width, TransformSpec[] steps) => Pipelines.Fit(
        Pipeline.Create(new(steps), Schema),
        [new RawRecord("shape", Schema, new[]
        {
            RecordValue.OfImage(RawImage.OfPixels(new byte[height * width * channels], height, width, channels)),
            RecordValue.OfBoxes(new[] { new Box(0, 0, 1, 1, "thing") }),
        })]);
}
