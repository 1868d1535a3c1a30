using CsCheck;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Batches;

public class BatchStageTests
{
    [Fact]
    public void Vectors_and_scalars_give_the_same_bits_in_every_shape()
    {
        var cases = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.OneOf(1, 3), Gen.Int[0, 5], Gen.Int);
        cases.Sample((height, width, channels, count, seed) =>
        {
            var random = new Random(seed);
            var pixels = new byte[height * width * channels];
            random.NextBytes(pixels);
            var stage = Pipelines.Of(("decode-image", "{}"), ("normalize", "{}"))
                .Fit(null, RawRecord.Raw("a", pixels, height, width, channels)).Batch();

            var rows = new byte[count * pixels.Length];
            random.NextBytes(rows);
            var floats = new float[rows.Length + 3];
            stage.Apply(rows, count, floats);
            for (var i = 0; i < rows.Length; i++)
            {
                var channel = i / (height * width) % channels;
                var expected = MathF.FusedMultiplyAdd(rows[i], stage.Scale[channel], stage.Offset[channel]);
                Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(floats[i]));
            }

            Assert.All(floats[rows.Length..], untouched => Assert.Equal(0, untouched));
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void Without_normalize_bytes_become_zero_to_one()
    {
        var stage = Pipelines.Of(("decode-image", "{}")).Fit(null, RawRecord.Raw("a", new byte[256], 16, 16, 1)).Batch();
        var floats = new float[256];
        stage.Apply([.. Enumerable.Range(0, 256).Select(value => (byte)value)], 1, floats);
        for (var i = 0; i < 256; i++)
            Assert.Equal(i / 255.0, floats[i], 1e-7);
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        var stage = Pipelines.Of(("decode-image", "{}")).Fit(null, RawRecord.Raw("a", new byte[6], 2, 3, 1)).Batch();
        Assert.Equal(6, stage.RowLength);
        Assert.Throws<ArgumentException>("rows", () => stage.Apply(new byte[11], 2, new float[12]));
        Assert.Throws<ArgumentException>("destination", () => stage.Apply(new byte[12], 2, new float[11]));
        Assert.Throws<ArgumentException>("rows", () => stage.Apply([], -1, new float[11]));
    }
}
