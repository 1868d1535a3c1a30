using System.Runtime.CompilerServices;
using Mesh.Specs;
using NetVips;
using Vips = NetVips.NetVips;

namespace Mesh.Transforms.Images;

/// <summary>libvips, set up for this use, and the one place where its memory becomes ours.</summary>
internal static class ImageLibrary
{
    // Above this the library's own loop is faster; below it, asking for one region saves waking a pool thread (0.3 of 0.6 ms for a 28×28 PNG).
    private const int SmallPixels = 128 * 128;

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
    public static unsafe PixelBuffer Read(Image image, ImageGeometry geometry)
    {
        if (image.Width * image.Height <= SmallPixels)
        {
            using var region = Region.New(image);
            return PixelBuffer.Over(region.Fetch(0, 0, image.Width, image.Height), image.Height, image.Width, image.Bands, geometry);
        }

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

    /// <summary>An image over these pixels, without copying; the caller keeps them alive until it has disposed the image.</summary>
    public static Image View(PixelBuffer pixels) =>
        Image.NewFromMemory(pixels.Pixels, pixels.Width, pixels.Height, pixels.Channels, Enums.BandFormat.Uchar);

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
