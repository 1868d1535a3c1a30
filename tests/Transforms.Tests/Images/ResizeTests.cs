using CsCheck;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Images;

public class ResizeTests
{
    [Fact]
    public void An_image_of_the_right_size_is_untouched()
    {
        var sample = FashionSample.Train();
        var (_, bytes) = Pipelines.Run(sample.Record(3), ("decode-image", "{}"), ("resize", """{"width":28,"height":28,"kernel":"lanczos3"}"""));
        Assert.Equal(sample.Pixels(3).ToArray(), bytes);
    }

    [Fact]
    public void Nearest_doubles_every_pixel()
    {
        var (shape, bytes) = Pipelines.Run(RawRecord.Raw("a", new byte[] { 10, 20, 30, 40 }, 2, 2, 1),
            ("decode-image", "{}"), ("resize", """{"width":4,"height":4,"kernel":"nearest"}"""));
        Assert.Equal([1, 4, 4], shape);
        Assert.Equal([10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40], bytes);
    }

    [Fact]
    public void Linear_halving_weighs_by_the_triangle()
    {
        // A triangle two pixels wide either side has weights 1/8, 3/8, 3/8, 1/8 at distances 1.5, 0.5, 0.5, 1.5; edges repeat.
        byte[] row = [0, 0, 80, 160, 160, 160, 0, 0];
        double[] expected = [(0 + 0 + 0 + 80) / 8.0, (0 + 3 * 80 + 3 * 160 + 160) / 8.0, (160 + 3 * 160 + 3 * 160 + 0) / 8.0, 160 / 8.0];
        var (_, bytes) = Pipelines.Run(RawRecord.Raw("a", row, 1, 8, 1), ("decode-image", "{}"), ("resize", """{"width":4,"height":1}"""));
        Assert.All(bytes.Zip(expected), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
    }

    [Fact]
    public void Cover_cuts_the_sides_and_contain_adds_a_border()
    {
        // 2×6, columns 0..5; cover of a square keeps the middle two.
        byte[] pixels = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15];
        var record = RawRecord.Raw("a", pixels, 2, 6, 1);
        var cover = Pipelines.Run(record, ("decode-image", "{}"), ("resize", """{"width":4,"height":4,"fit":"cover","kernel":"nearest"}"""));
        Assert.Equal([2, 2, 3, 3, 2, 2, 3, 3, 12, 12, 13, 13, 12, 12, 13, 13], cover.Bytes);

        var contain = Pipelines.Run(record, ("decode-image", "{}"),
            ("resize", """{"width":6,"height":4,"fit":"contain","kernel":"nearest","background":99}"""));
        Assert.Equal([.. Enumerable.Repeat((byte)99, 6), .. pixels, .. Enumerable.Repeat((byte)99, 6)], contain.Bytes);
    }

    [Fact]
    public void A_flat_image_stays_flat_whatever_the_sizes()
    {
        var cases = Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Byte,
            Gen.OneOf("stretch", "cover"), Gen.OneOf("nearest", "linear", "cubic", "lanczos3"));
        cases.Sample((height, width, toHeight, toWidth, level, fit, kernel) =>
        {
            var pixels = new byte[height * width * 3];
            pixels.AsSpan().Fill(level);
            var (shape, bytes) = Pipelines.Run(RawRecord.Raw("flat", pixels, height, width, 3), ("decode-image", "{}"),
                ("resize", $$"""{"width":{{toWidth}},"height":{{toHeight}},"fit":"{{fit}}","kernel":"{{kernel}}"}"""));
            Assert.Equal([3, toHeight, toWidth], shape);
            Assert.All(bytes, value => Assert.InRange(value - level, -1, 1));
        }, iter: 300, threads: 1);
    }

    [Theory]
    [InlineData("stretch")]
    [InlineData("cover")]
    [InlineData("contain")]
    public void Extreme_proportions_are_bounded(string fit)
    {
        foreach (var (height, width) in new[] { (1, 16384), (16384, 1), (1, 1) })
        {
            var (shape, _) = Pipelines.Run(RawRecord.Raw("thin", new byte[height * width], height, width, 1), ("decode-image", "{}"),
                ("resize", $$"""{"width":512,"height":300,"fit":"{{fit}}"}"""));
            Assert.Equal([1, 300, 512], shape);
        }
    }
}
