using Mesh.Transforms.Records;

namespace Mesh.Transforms.Images;

/// <summary>How images are decoded.</summary>
/// <param name="Rgb">Whether gray becomes three channels.</param>
/// <param name="Background">Gray level that shows through.</param>
/// <param name="AutoOrient">Whether photographs are turned upright.</param>
/// <param name="MaximumPixels">Larger images are refused.</param>
internal sealed record Decoding(bool Rgb, int Background, bool AutoOrient, long MaximumPixels)
{
    /// <exception cref="ImageFileException">It cannot be decoded.</exception>
    public PixelBuffer Decode(RawImage raw) => Finish(raw.IsFile ? ImageFile.Decode(raw.Bytes, MaximumPixels, AutoOrient) : OfPixels(raw));

    /// <summary>One or three channels of one to four; lets go of the image unless it is the result.</summary>
    public PixelBuffer Finish(PixelBuffer image)
    {
        if (image.Channels is 2 or 4)
            image = Replace(image, Blend(image));
        return Rgb && image.Channels == 1 ? Replace(image, Triple(image)) : image;
    }

    private static PixelBuffer Replace(PixelBuffer image, PixelBuffer by)
    {
        image.Dispose();
        return by;
    }

    private PixelBuffer OfPixels(RawImage raw)
    {
        var (height, width, channels) = (raw.Height, raw.Width, raw.Channels);
        if (height is < 1 or > DecodeImage.MaximumSide || width is < 1 or > DecodeImage.MaximumSide || channels is < 1 or > 4)
            throw new ImageFileException($"a raw image of {height}×{width}×{channels} is outside 1 to {DecodeImage.MaximumSide} a side and 1 to 4 channels");
        if ((long)height * width > MaximumPixels)
            throw new ImageFileException($"is {width}×{height} pixels; at most {MaximumPixels} are decoded (max_pixels)");
        if (raw.Bytes.Length != (long)height * width * channels)
            throw new ImageFileException($"a raw image of {height}×{width}×{channels} has {raw.Bytes.Length} bytes");
        return PixelBuffer.Over(raw.Bytes, height, width, channels, ImageGeometry.Of(width, height));
    }

    private PixelBuffer Blend(PixelBuffer image)
    {
        var colours = image.Channels - 1;
        var result = image.RentLike(colours);
        var from = image.Pixels.Span;
        var to = result.Writable;
        for (int i = 0, o = 0; o < to.Length; i += image.Channels, o += colours)
        {
            var alpha = from[i + colours];
            for (var channel = 0; channel < colours; channel++)
                to[o + channel] = (byte)((from[i + channel] * alpha + Background * (255 - alpha) + 127) / 255);
        }

        return result;
    }

    private static PixelBuffer Triple(PixelBuffer image)
    {
        var result = image.RentLike(channels: 3);
        var from = image.Pixels.Span;
        var to = result.Writable;
        for (var i = 0; i < from.Length; i++)
            to.Slice(i * 3, 3).Fill(from[i]);
        return result;
    }
}
