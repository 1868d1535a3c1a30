using System.Runtime.InteropServices;
using NetVips;

namespace Mesh.Transforms.Images;

/// <summary>Small JPEG pictures of images, for people to look at.</summary>
public static class Thumbnail
{
    /// <summary>What a decoder may be asked to hold, in pixels; a header can claim far more than its file has.</summary>
    private const long MaximumPixels = 64 << 20;

    private const int Quality = 80;

    private static readonly int[] Shrinks = [8, 4, 2, 1];

    /// <summary>
    /// An image file → JPEG of at most <paramref name="side"/> pixels a side, upright; smaller images keep their size. Null when the file cannot be
    /// decoded. JPEG files are shrunk while they are decoded, so a photograph costs some 2 ms.
    /// </summary>
    public static byte[]? OfFile(ReadOnlyMemory<byte> file, int side)
    {
        var format = ImageSignature.Recognise(file.Span);
        if (format == ImageFormat.Unknown)
            return null;
        ImageLibrary.EnsureLoaded();
        try
        {
            var bytes = MemoryMarshal.TryGetArray(file, out var segment) && segment.Count == segment.Array!.Length ? segment.Array : file.ToArray();
            using var whole = Open(bytes, shrink: 1);
            if ((long)whole.Width * whole.Height > MaximumPixels)
                return null;

            // Only JPEG can be decoded smaller, by half, a quarter or an eighth.
            var shrink = format == ImageFormat.Jpeg ? Shrinks.First(s => Math.Max(whole.Width, whole.Height) / s >= side || s == 1) : 1;
            using var smaller = shrink == 1 ? null : Open(bytes, shrink);
            using var small = (smaller ?? whole).ThumbnailImage(side, height: side, size: Enums.Size.Down);
            return Save(small);
        }
        catch (VipsException)
        {
            return null;
        }
    }

    /// <summary>uint8 pixels [height, width, channels], 1 to 4 channels → JPEG, as <see cref="OfFile"/>. Null when the sizes do not fit.</summary>
    public static byte[]? OfPixels(ReadOnlyMemory<byte> pixels, int height, int width, int channels, int side)
    {
        if (height < 1 || width < 1 || channels is < 1 or > 4 || pixels.Length != (long)height * width * channels)
            return null;
        ImageLibrary.EnsureLoaded();
        try
        {
            using var image = Image.NewFromMemory(pixels, width, height, channels, Enums.BandFormat.Uchar);
            using var typed = image.Copy(interpretation: channels < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
            using var small = typed.ThumbnailImage(side, height: side, size: Enums.Size.Down);
            return Save(small);
        }
        catch (VipsException)
        {
            return null;
        }
    }

    // A damaged file is none rather than half of one: people are to see that something is wrong.
    private static Image Open(byte[] file, int shrink) => Image.NewFromBuffer(
        file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error, kwargs: shrink == 1 ? null : new VOption { { "shrink", shrink } });

    private static byte[] Save(Image image)
    {
        using var flat = image.HasAlpha() ? image.Flatten() : null;
        return (flat ?? image).JpegsaveBuffer(q: Quality, keep: Enums.ForeignKeep.None);
    }
}
