using Mesh.Transforms.Records;
using NetVips;

namespace Mesh.Transforms.Images;

/// <summary>Takes frames out of a file that holds several, or out of a list of images, and decodes no others.</summary>
/// <param name="Choice">Which frames.</param>
/// <param name="Each">How a frame is decoded; its bound on pixels holds for all frames together.</param>
internal sealed record FrameDecoding(FrameChoice Choice, Decoding Each)
{
    /// <exception cref="ImageFileException">A frame cannot be decoded, or there are too few.</exception>
    public PixelBuffer Decode(ReadOnlySpan<RawImage> images)
    {
        var list = images.ToArray();
        return Collect(list.Length, frame => Each.Decode(list[frame]));
    }

    /// <exception cref="ImageFileException">A frame cannot be decoded, or there are too few.</exception>
    public PixelBuffer Decode(RawImage image)
    {
        var format = image.IsFile ? ImageSignature.Recognise(image.Bytes.Span) : ImageFormat.Unknown;
        // Others hold a single image, or are none, which is said there.
        return format is ImageFormat.Gif or ImageFormat.WebP or ImageFormat.Tiff && image.Bytes.Length <= DecodeImage.MaximumFileBytes
            ? Decode(image, format)
            : Collect(1, _ => Each.Decode(image));
    }

    private PixelBuffer Decode(RawImage file, ImageFormat format)
    {
        ImageLibrary.EnsureLoaded();
        try
        {
            // All frames, one below the other. They are decoded as they are asked for, from the first to the last one wanted.
            using var image = ImageFile.Open(format, file.Bytes, pages: -1);
            var (height, width) = (image.PageHeight, image.Width);
            var frames = image.Height / height;
            if (FrameCount.Of(format, file.Bytes.Span) > frames)
                throw new ImageFileException($"is a damaged {format.ToString().ToUpperInvariant()} image, of which {frames} frames are left");
            if (frames == 1)
                return Collect(1, _ => Each.Decode(file));

            RequireFrames(frames);
            RequirePixels(Choice.At(Choice.Count - 1, frames) + 1, height, width);
            using var standard = ImageFile.Standard(image);
            using var eightBit = ImageFile.EightBit(standard ?? image);
            var decoded = eightBit ?? standard ?? image;
            if (decoded.Bands is < 1 or > 4)
                throw new ImageFileException($"has {decoded.Bands} channels; 1 to 4 are supported");
            using var region = Region.New(decoded);
            return Collect(frames, frame => Each.Finish(PixelBuffer.Over(
                region.Fetch(0, frame * height, width, height), height, width, decoded.Bands, ImageGeometry.Of(width, height))));
        }
        catch (VipsException e)
        {
            throw new ImageFileException($"is not a readable {format.ToString().ToUpperInvariant()} image with all its frames{ImageLibrary.Detail(e, format)}", e);
        }
    }

    private PixelBuffer Collect(int available, Func<int, PixelBuffer> decode)
    {
        RequireFrames(available);
        PixelBuffer? all = null;
        try
        {
            for (int place = 0, before = -1; place < Choice.Count; place++)
            {
                var frame = Choice.At(place, available);
                if (frame != before)
                {
                    using var one = decode(frame);
                    RequirePixels(Choice.Count, one.Height, one.Width);
                    all ??= PixelBuffer.Rent(one.Height, one.Width, one.Channels, one.Geometry, Choice.Count);
                    if ((one.Height, one.Width, one.Channels) != (all.Height, all.Width, all.Channels))
                        throw new ImageFileException($"frame {frame} is {Describe(one)}, and the first one taken {Describe(all)}; frames have one size (channels=rgb makes their channels alike)");
                    one.Pixels.Span.CopyTo(Place(all, place));
                }
                else
                {
                    Place(all!, place - 1).CopyTo(Place(all!, place));
                }

                before = frame;
            }

            return all!;
        }
        catch
        {
            all?.Dispose();
            throw;
        }
    }

    private void RequireFrames(int available)
    {
        if (available < Choice.Needed)
            throw new ImageFileException($"has {available} frames; {Choice.Needed} are needed{(available > 0 ? " (short=repeat takes some several times)" : "")}");
    }

    private void RequirePixels(int frames, int height, int width)
    {
        if (height > DecodeImage.MaximumSide || width > DecodeImage.MaximumSide)
            throw new ImageFileException($"has frames of {width}×{height} pixels; each side may have at most {DecodeImage.MaximumSide}");
        if ((long)frames * height * width > Each.MaximumPixels)
            throw new ImageFileException($"has {frames} frames of {width}×{height} pixels to decode; at most {Each.MaximumPixels} pixels are (max_pixels)");
    }

    private static Span<byte> Place(PixelBuffer all, int place)
    {
        var length = all.Pixels.Length / all.Frames;
        return all.Writable.Slice(place * length, length);
    }

    private static string Describe(PixelBuffer frame) => $"{frame.Width}×{frame.Height} of {frame.Channels} channels";
}
