using System.Runtime.CompilerServices;
using Mesh.Specs;
using NetVips;
using Vips = NetVips.NetVips;

namespace Mesh.Transforms.Images;

/// <summary>libvips, set up for this use, and the one place where its memory becomes ours.</summary>
internal static class ImageLibrary
{
    // The library's own loop wakes a pool thread for every image; asking for strips does the work on this one. Measured on two threads: a photograph of
    // 640×480 to 224×224 takes 0.8 of the time, a 28×28 PNG 0.5. Above this size the second thread pays, since it decodes ahead (1.1 to 1.3).
    private const int LargePixels = 1 << 20;

    private const int StripBytes = 64 << 10;

    // libvips prints a warning for every damaged image; what was wrong is in the exception already. Held here because native code calls it.
    private static readonly Log.LogDelegate Silent = static (_, _, _) => { };

    static ImageLibrary()
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new InvalidOperationException("libvips could not be loaded.", ModuleInitializer.Exception);

        // Images are processed in parallel by the callers, one thread each. The operation cache would keep pixels of images never seen again.
        Vips.Concurrency = 1;
        Cache.Max = 0;
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Silent);

        // Loaders that libvips itself does not trust with hostile input stay off.
        Vips.BlockUntrusted = true;
        Version = $"{Vips.Version(0)}.{Vips.Version(1)}.{Vips.Version(2)}";
    }

    /// <summary>Such as 8.18.7. Another version may decode or resize to other pixels.</summary>
    public static string Version { get; }

    /// <summary>Runs what the image stands for and returns its uint8 pixels; copies them once out of the library's memory.</summary>
    /// <param name="image">Of uint8 samples.</param>
    /// <param name="geometry">Where the original lies in it.</param>
    /// <param name="sourcePixels">Of the image that it is made from, when that is another one.</param>
    public static PixelBuffer Read(Image image, ImageGeometry geometry, long sourcePixels = 0) =>
        Math.Max(sourcePixels, (long)image.Width * image.Height) < LargePixels ? ReadStrips(image, geometry) : ReadWhole(image, geometry);

    /// <summary>From the top down, as a file is decoded.</summary>
    private static PixelBuffer ReadStrips(Image image, ImageGeometry geometry)
    {
        var row = image.Width * image.Bands;
        var rows = Math.Clamp(StripBytes / row, 1, image.Height);
        using var region = Region.New(image);
        if (rows == image.Height)
            return PixelBuffer.Over(region.Fetch(0, 0, image.Width, rows), image.Height, image.Width, image.Bands, geometry);

        var pixels = PixelBuffer.Rent(image.Height, image.Width, image.Bands, geometry);
        try
        {
            for (var y = 0; y < image.Height; y += rows)
                region.Fetch(0, y, image.Width, Math.Min(rows, image.Height - y)).CopyTo(pixels.Writable[(y * row)..]);
            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private static unsafe PixelBuffer ReadWhole(Image image, ImageGeometry geometry)
    {
        var memory = image.WriteToMemory(out var length);
        try
        {
            var pixels = PixelBuffer.Rent(image.Height, image.Width, image.Bands, geometry);
            new ReadOnlySpan<byte>((void*)memory, checked((int)length)).CopyTo(pixels.Writable);
            return pixels;
        }
        finally
        {
            Vips.Free(memory);
        }
    }

    /// <summary>
    /// What libvips says about a failure, in parentheses, or nothing. Its error text is one buffer for the whole process: lines about another
    /// format are certainly of another image and are left out.
    /// </summary>
    public static string Detail(VipsException e, ImageFormat format = ImageFormat.Unknown)
    {
        var others = Enum.GetNames<ImageFormat>().Where(name => name != format.ToString()).ToArray();
        var line = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1)
            .FirstOrDefault(line => !others.Any(other => line.Split(':')[0].Contains(other, StringComparison.OrdinalIgnoreCase)));
        return line is null ? "" : $" ({SpecViolation.Shorten(line)})";
    }

    public static void EnsureLoaded() => RuntimeHelpers.RunClassConstructor(typeof(ImageLibrary).TypeHandle);
}
