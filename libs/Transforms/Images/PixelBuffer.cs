using System.Buffers;
using NetVips;

namespace Mesh.Transforms.Images;

/// <summary>
/// A uint8 image [height, width, channels], or several frames of one size back to back, which go through the steps alike; either over memory that is
/// left alone or in a pooled array that goes back when nobody has it any more, or in a file that is decoded when somebody asks. One record's steps use it
/// one after the other; not for several threads.
/// </summary>
internal sealed class PixelBuffer : IDisposable
{
    private byte[]? rented;
    private ReadOnlyMemory<byte> pixels;
    private Image? stream;
    private Func<PixelBuffer>? decode;
    private int holders = 1;

    private PixelBuffer(byte[]? rented, ReadOnlyMemory<byte> pixels, int height, int width, int channels, ImageGeometry geometry, int frames) =>
        (this.rented, this.pixels, Height, Width, Channels, Geometry, Frames) = (rented, pixels, height, width, channels, geometry, frames);

    /// <summary>[frames, height, width, channels]. Throws what decoding throws when that was left for later.</summary>
    public ReadOnlyMemory<byte> Pixels => decode is null ? pixels : Decoded();

    /// <summary>Whether it was not decoded yet.</summary>
    public bool IsLater => decode is not null;

    /// <summary>1 for a still image.</summary>
    public int Frames { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>Of all frames; known before they are decoded.</summary>
    public long Bytes => (long)Frames * Height * Width * Channels;

    /// <summary>Where the original image lies in this one. Every step that moves pixels says how, so that boxes can follow.</summary>
    public ImageGeometry Geometry { get; }

    /// <summary>For filling a rented buffer; its content is arbitrary until then.</summary>
    public Span<byte> Writable => rented.AsSpan(0, pixels.Length);

    public static PixelBuffer Over(ReadOnlyMemory<byte> pixels, int height, int width, int channels, ImageGeometry geometry) =>
        new(null, pixels, height, width, channels, geometry, frames: 1);

    /// <exception cref="ImageFileException">It would be larger than an array can be, as only many frames are.</exception>
    public static PixelBuffer Rent(int height, int width, int channels, ImageGeometry geometry, int frames = 1)
    {
        var bytes = (long)frames * height * width * channels;
        if (bytes > Array.MaxLength)
            throw new ImageFileException($"comes out as {frames} frames of {width}×{height} pixels and {channels} channels, {bytes >> 20} MiB; less than {(Array.MaxLength >> 20) + 1} are possible");
        var length = (int)bytes;
        var array = ArrayPool<byte>.Shared.Rent(length);
        return new(array, array.AsMemory(0, length), height, width, channels, geometry, frames);
    }

    /// <summary>Of a file that is decoded when the pixels are asked for, if they are: a view of it can be read while it is decoded, row by row.</summary>
    /// <param name="stream">The file's image, upright and of bytes; handed over.</param>
    /// <param name="geometry">Of the image.</param>
    /// <param name="decode">Decodes the whole file, and throws the errors that people are to see.</param>
    public static PixelBuffer Later(Image stream, ImageGeometry geometry, Func<PixelBuffer> decode) =>
        new(null, default, stream.Height, stream.Width, stream.Bands, geometry, frames: 1) { stream = stream, decode = decode };

    /// <summary>
    /// An image of it for the library, without copying; alive as long as this is. One of a file that was not decoded yet can be had once, and be read
    /// once, from the top down.
    /// </summary>
    public Image View()
    {
        if (stream is { } rows)
        {
            stream = null;
            return rows;
        }

        return Image.NewFromMemory(Pixels, Width, Height, Channels, Enums.BandFormat.Uchar);
    }

    /// <summary>Room for the same image with other channels.</summary>
    public PixelBuffer RentLike(int channels) => Rent(Height, Width, channels, Geometry, Frames);

    /// <summary>The same image for another holder, who disposes it too.</summary>
    public PixelBuffer Share()
    {
        holders++;
        return this;
    }

    /// <summary>What a change to a single image comes to for each frame; it has to give them one size.</summary>
    public PixelBuffer EachFrame(Func<PixelBuffer, PixelBuffer> change)
    {
        if (Frames == 1)
            return change(this);

        PixelBuffer? all = null;
        var length = Pixels.Length / Frames;
        for (var frame = 0; frame < Frames; frame++)
        {
            using var one = change(Over(Pixels.Slice(frame * length, length), Height, Width, Channels, Geometry));
            all ??= Rent(one.Height, one.Width, one.Channels, one.Geometry, Frames);
            one.Pixels.Span.CopyTo(all.Writable[(frame * one.Pixels.Length)..]);
        }

        return all!;
    }

    /// <summary>Writes it as [frames, channels, height, width].</summary>
    public void WritePlanes(Span<byte> destination)
    {
        var pixels = Pixels.Span;
        if (Channels == 1)
        {
            pixels.CopyTo(destination);
            return;
        }

        var size = Height * Width;
        for (var start = 0; start < pixels.Length; start += size * Channels)
            Planes.Split(pixels.Slice(start, size * Channels), destination.Slice(start, size * Channels), Channels);
    }

    public void Dispose()
    {
        if (--holders > 0)
            return;
        stream?.Dispose();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private ReadOnlyMemory<byte> Decoded()
    {
        var decoded = decode!();
        (pixels, rented, decode) = (decoded.pixels, decoded.rented, null);
        return pixels;
    }
}
