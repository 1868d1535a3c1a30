using Mesh.Transforms.Tests.Support;
using NetVips;

namespace Mesh.Transforms.Tests.Images;

/// <summary>Damaged files either decode or are refused with the typed error; nothing else may happen.</summary>
public class DamagedImageTests
{
    private readonly Pipeline pipeline = Pipelines.Of(("decode-image", """{"max_pixels":1000000}"""), ("resize", """{"width":16,"height":16}"""));

    [Fact]
    public void Png_with_changed_bytes_and_right_checksums() => Damage(Colour(png: true), 1500, PngWriter.RepairChecksums);

    [Fact]
    public void Jpeg_with_changed_bytes() => Damage(Colour(png: false), 1500, _ => { });

    [Theory]
    [InlineData(".webp")]
    [InlineData(".gif")]
    [InlineData(".tif[compression=deflate]")]
    public void Other_formats_with_changed_bytes(string format)
    {
        using var image = Image.PngloadBuffer(Colour(png: true));
        Damage(image.WriteToBuffer(format), 500, _ => { });
    }

    [Fact]
    public void A_png_bomb_is_refused_before_it_is_unpacked()
    {
        // There are no pixels behind the header: had they been asked for, their absence would be the reason.
        var bomb = PngWriter.Write([], 16000, 16000, 0);
        var refused = Assert.Throws<TransformException>(() => pipeline.NewFitter().Observe(RawRecord.Encoded("bomb", bomb)));
        Assert.Equal("is 16000×16000 pixels; at most 1000000 are decoded (max_pixels)", refused.Reason);
        var damaged = PngWriter.Write([], 1000, 1000, 0);
        Assert.Contains("is not a readable PNG image", Assert.Throws<TransformException>(() => pipeline.NewFitter().Observe(RawRecord.Encoded("damaged", damaged))).Reason);
    }

    private void Damage(byte[] file, int times, Action<byte[]> repair)
    {
        var random = new Random(20);
        var refused = 0;
        for (var i = 0; i < times; i++)
        {
            var damaged = file.ToArray();
            // Most changes go to the first bytes, where sizes and types are.
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                damaged[random.Next(random.Next(3) == 0 ? damaged.Length : Math.Min(damaged.Length, 64))] = (byte)random.Next(256);
            if (random.Next(10) == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            repair(damaged);
            try
            {
                pipeline.NewFitter().Observe(RawRecord.Encoded($"damaged/{i}", damaged));
            }
            catch (TransformException e)
            {
                Assert.Equal($"damaged/{i}", e.Record);
                Assert.InRange(e.Reason.Length, 5, 200);
                refused++;
            }
        }

        Assert.InRange(refused, times / 10, times);
    }

    private static byte[] Colour(bool png)
    {
        var pixels = new byte[40 * 30 * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i * 7 % 251);
        if (png)
            return PngWriter.Write(pixels, 30, 40, 2);
        using var image = Image.NewFromMemory(pixels, 40, 30, 3, Enums.BandFormat.Uchar);
        using var coloured = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return coloured.JpegsaveBuffer(q: 90);
    }
}
