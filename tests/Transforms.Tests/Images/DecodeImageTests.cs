using Mesh.Transforms.Tests.Support;
using NetVips;

namespace Mesh.Transforms.Tests.Images;

public class DecodeImageTests
{
    [Fact]
    public void Raw_rgb_becomes_planes()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        var (shape, bytes) = Pipelines.Run(RawRecord.Raw("a", pixels, 2, 2, 3), ("decode-image", "{}"));
        Assert.Equal([3, 2, 2], shape);
        Assert.Equal([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12], bytes);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 4)]
    [InlineData(3, 2)]
    [InlineData(4, 6)]
    public void A_png_gives_the_same_bytes_as_its_raw_pixels(int channels, int colourType)
    {
        var pixels = new byte[13 * 7 * channels];
        new Random(channels).NextBytes(pixels);
        var png = PngWriter.Write(pixels, 13, 7, colourType);

        (string, string)[] transforms = [("decode-image", """{"background":40}"""), ("resize", """{"width":9,"height":9,"kernel":"lanczos3"}""")];
        var raw = Pipelines.Run(RawRecord.Raw("a", pixels, 13, 7, channels), transforms);
        var encoded = Pipelines.Run(RawRecord.Encoded("a", png), transforms);
        Assert.Equal(raw.Shape, encoded.Shape);
        Assert.Equal(raw.Bytes, encoded.Bytes);
    }

    [Fact]
    public void Every_sample_image_of_a_class_is_the_same_as_png()
    {
        var sample = FashionSample.Train();
        var pipeline = Pipelines.Of(("decode-image", "{}"), ("resize", """{"width":20,"height":24}"""), ("label", "{}"), ("normalize", "{}"))
            .Fit(FashionSample.ClassNames, sample.Record(0));
        var compared = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            if (sample.ClassOf(i) != 9)
                continue;
            var png = PngWriter.Write(sample.Pixels(i).Span, 28, 28, 0);
            Assert.Equal(pipeline.Apply(sample.Record(i)), pipeline.Apply(RawRecord.Encoded("png", png)));
            compared++;
        }

        Assert.Equal(1000, compared);
    }

    [Fact]
    public void Transparent_pixels_show_the_background()
    {
        // 200·128/255 + 10·127/255 = 105.37; 200 opaque; 10 where nothing is.
        byte[] pixels = [200, 128, 200, 255, 200, 0];
        var (_, bytes) = Pipelines.Run(RawRecord.Raw("a", pixels, 1, 3, 2), ("decode-image", """{"background":10}"""));
        Assert.Equal([105, 200, 10], bytes);
    }

    [Fact]
    public void Channels_rgb_triples_gray()
    {
        var (shape, bytes) = Pipelines.Run(RawRecord.Raw("a", new byte[] { 7, 9 }, 1, 2, 1), ("decode-image", """{"channels":"rgb"}"""));
        Assert.Equal([3, 1, 2], shape);
        Assert.Equal([7, 9, 7, 9, 7, 9], bytes);
    }

    [Fact]
    public void Sixteen_bit_keeps_the_high_byte_and_a_palette_becomes_colour()
    {
        var deep = PngWriter.Write([0xAB, 0xCD, 0x00, 0xFF], 1, 2, 0, bits: 16);
        Assert.Equal([0xAB, 0x00], Pipelines.Run(RawRecord.Encoded("deep", deep), ("decode-image", "{}")).Bytes);

        var indexed = PngWriter.Write([1, 0], 1, 2, 3, palette: [1, 2, 3, 250, 251, 252]);
        var (shape, bytes) = Pipelines.Run(RawRecord.Encoded("indexed", indexed), ("decode-image", "{}"));
        Assert.Equal([3, 1, 2], shape);
        Assert.Equal([250, 1, 251, 2, 252, 3], bytes);
    }

    [Fact]
    public void A_turned_photograph_is_put_upright()
    {
        // Left half dark, right half bright; orientation 6 asks for a quarter turn clockwise: the top becomes dark.
        var pixels = new byte[32 * 16];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i % 32 < 16 ? 20 : 230);
        using var image = Image.NewFromMemory(pixels, 32, 16, 1, Enums.BandFormat.Uchar);
        using var turned = image.Mutate(mutable => mutable.Set(GValue.GIntType, "orientation", 6));
        var jpeg = turned.JpegsaveBuffer(q: 95);

        var (shape, bytes) = Pipelines.Run(RawRecord.Encoded("photo", jpeg), ("decode-image", "{}"));
        Assert.Equal([1, 32, 16], shape);
        Assert.InRange(bytes[0], 10, 30);
        Assert.InRange(bytes[^1], 220, 240);

        var (asStored, _) = Pipelines.Run(RawRecord.Encoded("photo", jpeg), ("decode-image", """{"auto_orient":false}"""));
        Assert.Equal([1, 16, 32], asStored);
    }

    [Theory]
    [InlineData(".jpg[Q=100,subsample-mode=off]", 3)]
    [InlineData(".webp[lossless]", 0)]
    [InlineData(".gif[effort=10,dither=0]", 0)]
    [InlineData(".tif[compression=lzw]", 0)]
    public void Every_format_is_read(string format, int tolerance)
    {
        // 8×8 blocks of four colours: lossless formats and a palette keep them exactly, JPEG within rounding.
        byte[][] colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]];
        var pixels = new byte[16 * 16 * 3];
        for (var y = 0; y < 16; y++)
            for (var x = 0; x < 16; x++)
                colours[y / 8 * 2 + x / 8].CopyTo(pixels, (y * 16 + x) * 3);
        using var image = Image.NewFromMemory(pixels, 16, 16, 3, Enums.BandFormat.Uchar);
        using var coloured = image.Copy(interpretation: Enums.Interpretation.Srgb);
        var file = coloured.WriteToBuffer(format);

        var expected = Pipelines.Run(RawRecord.Raw("raw", pixels, 16, 16, 3), ("decode-image", "{}")).Bytes;
        var (shape, bytes) = Pipelines.Run(RawRecord.Encoded("file", file), ("decode-image", "{}"));
        Assert.Equal([3, 16, 16], shape);
        Assert.All(bytes.Zip(expected), pair => Assert.InRange(pair.First - pair.Second, -tolerance, tolerance));
    }

    [Fact]
    public void Refusals_name_the_record_and_the_reason()
    {
        var png = PngWriter.Write(new byte[64], 8, 8, 0);
        Refused(RawRecord.Encoded("cat.png", new byte[100]), "is not a PNG, JPEG, WebP, GIF or TIFF image");
        Refused(RawRecord.Encoded("cat.png", ReadOnlyMemory<byte>.Empty), "is not a PNG");
        Refused(RawRecord.Encoded("cat.png", png.AsMemory(0, png.Length - 20)), "is not a readable PNG image");
        Refused(RawRecord.Encoded("cat.png", PngWriter.Write([], 8, 20000, 0)), "each side may have at most 16384");
        Refused(RawRecord.Encoded("cat.png", PngWriter.Write([], 16000, 16000, 0)), "at most 67108864 are decoded");
        Refused(RawRecord.Raw("cat.png", new byte[63], 8, 8, 1), "has 63 bytes");
        Refused(RawRecord.Raw("cat.png", new byte[64], 8, 0, 1), "outside 1 to 16384");
        Refused(RawRecord.Raw("cat.png", new byte[320], 8, 8, 5), "1 to 4 channels");
    }

    private static void Refused(RawRecord record, string reason)
    {
        var e = Assert.Throws<TransformException>(() => Pipelines.Of(("decode-image", "{}")).NewFitter().Observe(record));
        Assert.Equal("decode-image", e.Transform);
        Assert.Equal("cat.png", e.Record);
        Assert.Contains(reason, e.Reason);
        Assert.Contains("record 'cat.png'", e.Message);
    }
}
