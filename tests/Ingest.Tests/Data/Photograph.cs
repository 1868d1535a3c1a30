using NetVips;

namespace Mesh.Ingest.Tests.Data;

/// <summary>Image files with an EXIF orientation, written by libvips: dark, 64 × 48 pixels as they are stored, with a bright rectangle of 40 × 16 at (16, 8).</summary>
internal static class Photograph
{
    public const int Width = 64;
    public const int Height = 48;

    public static (int X, int Y, int Width, int Height) Rectangle => (16, 8, 40, 16);

    /// <param name="suffix">Of libvips, such as ".jpg[Q=100]".</param>
    public static byte[] Of(int orientation, string suffix = ".jpg[Q=100]")
    {
        var pixels = new byte[Height * Width];
        for (var y = Rectangle.Y; y < Rectangle.Y + Rectangle.Height; y++)
        {
            pixels.AsSpan((y * Width) + Rectangle.X, Rectangle.Width).Fill(255);
        }

        using var image = Image.NewFromMemory(pixels, Width, Height, 1, Enums.BandFormat.Uchar);
        using var turned = image.Mutate(mutable => mutable.Set(GValue.GIntType, "orientation", orientation));
        return turned.WriteToBuffer(suffix);
    }

    /// <summary>The same file upright, as libvips turns it: its size, and where the rectangle is then.</summary>
    public static (int Width, int Height, (int X, int Y, int Width, int Height) Rectangle) Upright(byte[] file)
    {
        using var stored = Image.NewFromBuffer(file);
        using var upright = stored.Autorot();
        return (upright.Width, upright.Height, Find(upright.WriteToMemory<byte>(), upright.Width, upright.Bands));
    }

    /// <param name="bands">Samples of a pixel; the first one tells.</param>
    public static (int X, int Y, int Width, int Height) Find(ReadOnlySpan<byte> pixels, int width, int bands = 1)
    {
        var bright = new List<int>();
        for (var i = 0; i < pixels.Length; i += bands)
        {
            if (pixels[i] > 127)
            {
                bright.Add(i / bands);
            }
        }

        var (left, top) = (bright.Min(at => at % width), bright.Min(at => at / width));
        return (left, top, bright.Max(at => at % width) + 1 - left, bright.Max(at => at / width) + 1 - top);
    }
}
