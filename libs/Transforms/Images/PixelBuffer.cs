using System.Buffers;

namespace Mesh.Transforms.Images;

/// <summary>
/// A uint8 image [height, width, channels], or several frames of one size back to back, which go through the steps alike; either over memory that is
/// left alone or in a pooled array that goes back when nobody has it any more. One record's steps use it one after the other; not for several threads.
/// </summary>
internal sealed class PixelBuffer : IDisposable
{
    private readonly byte[]? rented;
    private int holders = 1;

    private PixelBuffer(byte[]? rented, ReadOnlyMemory<byte> pixels, int height, int width, int channels, ImageGeometry geometry, int frames) =>
        (this.rented, Pixels, Height, Width, Channels, Geometry, Frames) = (rented, pixels, height, width, channels, geometry, frames);

    /// <summary>[frames, height, width, channels].</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>1 for a still image.</summary>
    public int Frames { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>Where the original image lies in this one. Every step that moves pixels says how, so that boxes can follow.</summary>
    public ImageGeometry Geometry { get; }

    /// <summary>For filling a rented buffer; its content is arbitrary until then.</summary>
    public Span<byte> Writable => rented.AsSpan(0, Pixels.Length);

    public static PixelBuffer Over(ReadOnlyMemory<byte> pixels, int height, int width, int channels, ImageGeometry geometry) =>
        new(null, pixels, height, width, channels, geometry, frames: 1);

    public static PixelBuffer Rent(int height, int width, int channels, ImageGeometry geometry, int frames = 1)
    {
        var length = checked(frames * height * width * channels);
        var array = ArrayPool<byte>.Shared.Rent(length);
        return new(array, array.AsMemory(0, length), height, width, channels, geometry, frames);
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
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                var plane = destination.Slice(start + channel * size, size);
                for (int i = 0, from = start + channel; i < plane.Length; i++, from += Channels)
                    plane[i] = pixels[from];
            }
        }
    }

    public void Dispose()
    {
        if (--holders == 0 && rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
