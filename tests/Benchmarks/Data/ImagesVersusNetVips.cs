using Mesh.Shards;
using Mesh.Specs;
using Mesh.Tests.Shared;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using NetVips;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// JPEG photographs of 640×480 into shards: decoded, brought to 224×224, written as planes, and made float32 as a trainer does, against NetVips alone,
/// which decodes and resizes the same files and copies the pixels out. One thread each. The value is images/s to images/s.
/// </summary>
internal static class ImagesVersusNetVips
{
    private const int Images = 64;
    private const int Rounds = 9;
    private const int Side = 224;

    public static readonly Benchmark Benchmark = new("transforms.images_vs_netvips", Target.AtLeast(0.85), Measure);

    private static double Measure()
    {
        var files = Enumerable.Range(0, Images).Select(Photograph).ToArray();
        var records = files.Select((file, i) => RawRecord.Encoded($"{i}", file, "x")).ToArray();
        var spec = new PipelineSpec(
        [
            TransformSpec.Of("decode-image"), TransformSpec.Of("resize", $$"""{"width":{{Side}},"height":{{Side}}}"""), TransformSpec.Of("label"), TransformSpec.Of("normalize"),
        ]);
        var pipeline = Pipeline.Create(spec, RecordSchema.LabelledImages);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        Array.ForEach(records, record => fitter.Observe(record));
        var fitted = pipeline.Finish(fitter.Complete());

        using var folder = new TemporaryFolder();
        using var rows = RowBatch.Rent(fitted.Columns, Images);
        var layout = new ShardLayout(new ShardSchema(fitted.Columns));
        var (floats, round) = (new float[3 * Side * Side], 0);
        var seconds = InterleavedRuns.MedianSeconds(Rounds, Ours, () => Array.ForEach(files, Theirs));
        return seconds[1] / seconds[0];

        void Ours()
        {
            for (var i = 0; i < Images; i++)
            {
                fitted.ApplyRecord(records[i], rows[i]);
                fitted.Outputs[0].Batch!.Apply(rows.Column(0, i, 1).Span, 1, floats);
            }

            using var writer = new RollingShardWriter(folder.Path, layout, $"{round++}");
            writer.Append(Images, rows.Column(0), rows.Column(1));
            writer.Finish();
        }
    }

    private static void Theirs(byte[] file)
    {
        using var image = Image.JpegloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
        using var small = image.Resize((double)Side / image.Width, Enums.Kernel.Linear, vscale: (double)Side / image.Height);
        if (small.WriteToMemory<byte>().Length != 3 * Side * Side)
        {
            throw new InvalidOperationException("The image came out in another size.");
        }
    }

    // Waves and some noise: 60 KB or so, as photographs of this size have.
    private static byte[] Photograph(int seed)
    {
        var (random, pixels) = (new Random(seed), new byte[480 * 640 * 3]);
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y, channel) = (i / 3 % 640, i / 3 / 640, i % 3);
            pixels[i] = (byte)(128 + (100 * Math.Sin((x * 0.05) + channel + seed) * Math.Cos(y * 0.03)) + random.Next(-12, 13));
        }

        using var image = Image.NewFromMemory(pixels, 640, 480, 3, Enums.BandFormat.Uchar);
        using var coloured = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return coloured.JpegsaveBuffer(q: 85);
    }
}
