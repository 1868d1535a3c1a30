using System.Runtime.InteropServices;
using NetVips;

namespace Mesh.Transforms.Images;

/// <summary>Decodes image files to uint8 with 1 to 4 channels, within bounds that are checked on the header before any pixel is read.</summary>
internal static class ImageFile
{
    public static PixelBuffer Decode(ReadOnlyMemory<byte> file, long maximumPixels, bool autoOrient) =>
        Read(file, maximumPixels, autoOrient, static (image, geometry) =>
        {
            using (image)
                return ImageLibrary.Read(image, geometry);
        });

    /// <summary>The same, but only the header is read and checked here.</summary>
    /// <param name="file">As it came.</param>
    /// <param name="maximumPixels">Larger images are refused.</param>
    /// <param name="autoOrient">Whether photographs are turned upright.</param>
    /// <param name="decode">What <see cref="PixelBuffer.Later"/> needs.</param>
    public static PixelBuffer DecodeLater(ReadOnlyMemory<byte> file, long maximumPixels, bool autoOrient, Func<PixelBuffer> decode) =>
        Read(file, maximumPixels, autoOrient, (image, geometry) => PixelBuffer.Later(image, geometry, decode));

    /// <param name="read">Takes the image over.</param>
    private static PixelBuffer Read(ReadOnlyMemory<byte> file, long maximumPixels, bool autoOrient, Func<Image, ImageGeometry, PixelBuffer> read)
    {
        if (file.Length > DecodeImage.MaximumFileBytes)
            throw new ImageFileException($"the file has {file.Length} bytes; at most {DecodeImage.MaximumFileBytes} are decoded");

        var format = ImageSignature.Recognise(file.Span);
        if (format == ImageFormat.Unknown)
            throw new ImageFileException("is not a PNG, JPEG, WebP, GIF or TIFF image");

        ImageLibrary.EnsureLoaded();
        Image? image = null;
        try
        {
            image = Open(format, file);
            CheckBounds(image, maximumPixels);
            var (orientation, width, height) = (OrientationOf(image), image.Width, image.Height);
            if (autoOrient)
                image = Replace(image, Upright(image));
            image = Replace(image, Standard(image));
            image = Replace(image, EightBit(image));
            if (image.Bands is < 1 or > 4)
                throw new ImageFileException($"has {image.Bands} channels; 1 to 4 are supported");
            var geometry = ImageGeometry.Of(image.Width, image.Height);
            return read(image, autoOrient ? geometry with { Map = Orientation.ToUpright(orientation, width, height) } : geometry);
        }
        catch (VipsException e)
        {
            image?.Dispose();
            throw new ImageFileException($"is not a readable {format.ToString().ToUpperInvariant()} image{ImageLibrary.Detail(e, format)}", e);
        }
        catch
        {
            image?.Dispose();
            throw;
        }
    }

    private static Image Replace(Image image, Image? by)
    {
        if (by is null)
            return image;
        image.Dispose();
        return by;
    }

    /// <summary>
    /// Each format has its own loader call: the library is never asked to guess. A damaged file is refused rather than half decoded, because gray filler
    /// would train as if it were data.
    /// </summary>
    /// <param name="pages">Frames or pages, one below the other; −1 for all of them.</param>
    public static Image Open(ImageFormat format, ReadOnlyMemory<byte> file, int pages = 1)
    {
        var bytes = MemoryMarshal.TryGetArray(file, out var segment) && segment.Count == segment.Array!.Length ? segment.Array : file.ToArray();
        const Enums.Access once = Enums.Access.Sequential;
        const Enums.FailOn strict = Enums.FailOn.Error;
        return format switch
        {
            ImageFormat.Png => Image.PngloadBuffer(bytes, access: once, failOn: strict),
            ImageFormat.Jpeg => Image.JpegloadBuffer(bytes, access: once, failOn: strict),
            ImageFormat.WebP => Image.WebploadBuffer(bytes, n: pages, access: once, failOn: strict),
            ImageFormat.Gif => Image.GifloadBuffer(bytes, n: pages, access: once, failOn: strict),
            _ => Image.TiffloadBuffer(bytes, n: pages, access: once, failOn: strict),
        };
    }

    private static void CheckBounds(Image image, long maximumPixels)
    {
        if (image.Width > DecodeImage.MaximumSide || image.Height > DecodeImage.MaximumSide)
            throw new ImageFileException($"is {image.Width}×{image.Height} pixels; each side may have at most {DecodeImage.MaximumSide}");
        if ((long)image.Width * image.Height > maximumPixels)
            throw new ImageFileException($"is {image.Width}×{image.Height} pixels; at most {maximumPixels} are decoded (max_pixels)");
        if (image.Bands > 8)
            throw new ImageFileException($"has {image.Bands} channels; 1 to 4 are supported");
    }

    // Each of these is null when there is nothing to do: even an empty step costs the library 25 µs.
    private static Image? Upright(Image image)
    {
        if (OrientationOf(image) == Orientation.Upright)
            return null;

        // Turning reads columns, which a sequential image cannot give: costs one more copy of the pixels, for turned photographs only.
        using var whole = image.CopyMemory();
        return whole.Autorot();
    }

    private static int OrientationOf(Image image) =>
        image.Contains("orientation") && image.Get("orientation") is int orientation ? orientation : Orientation.Upright;

    public static Image? Standard(Image image) => image.Interpretation switch
    {
        Enums.Interpretation.Bw or Enums.Interpretation.Grey16 or Enums.Interpretation.Srgb or Enums.Interpretation.Rgb16
            or Enums.Interpretation.Rgb or Enums.Interpretation.Multiband => null,
        _ => image.Colourspace(Enums.Interpretation.Srgb),
    };

    public static Image? EightBit(Image image)
    {
        switch (image.Format)
        {
            case Enums.BandFormat.Uchar:
                return null;
            case Enums.BandFormat.Ushort:
                using (var shifted = image >> 8)
                    return shifted.Cast(Enums.BandFormat.Uchar);
            default:
                throw new ImageFileException($"has {image.Format.ToString().ToLowerInvariant()} samples; 8 and 16 bit integers are supported");
        }
    }
}
