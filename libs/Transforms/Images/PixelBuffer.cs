using System.Buffers;
using System.Numerics;

namespace Mesh.Transforms.Images;

/// <summary>
/// A uint8 image [height, width, channels], either over memory that is left alone or in a pooled array that goes back when nobody has it any more.
/// One record's steps use it one after the other; not for several threads.
/// </summary>
internal sealed class PixelBuffer : IDisposable
{
    private readonly byte[]? rented;
    private int holders = 1;

    private PixelBuffer(byte[]? rented, ReadOnlyMemory<byte> pixels, int height, int width, int channels, Matrix3x2 geometry) =>
        (this.rented, Pixels, Height, Width, Channels, Geometry) = (rented, pixels, height, width, channels, geometry);

    public ReadOnlyMemory<byte> Pixels { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>
    /// Where a point of the original image lies in this one, in pixels from the left upper corner. The original is the image as it was decoded, and
    /// upright. Every step that moves pixels says how, so that boxes can follow.
    /// </summary>
    public Matrix3x2 Geometry { get; }

    /// <summary>For filling a rented buffer; its content is arbitrary until then.</summary>
    public Span<byte> Writable => rented.AsSpan(0, Pixels.Length);

    public static PixelBuffer Over(ReadOnlyMemory<byte> pixels, int height, int width, int channels, Matrix3x2 geometry) =>
        new(null, pixels, height, width, channels, geometry);

    public static PixelBuffer Rent(int height, int width, int channels, Matrix3x2 geometry)
    {
        var length = checked(height * width * channels);
        var array = ArrayPool<byte>.Shared.Rent(length);
        return new(array, array.AsMemory(0, length), height, width, channels, geometry);
    }

    /// <summary>The same image for another holder, who disposes it too.</summary>
    public PixelBuffer Share()
    {
        holders++;
        return this;
    }

    /// <summary>Writes it as [channels, height, width].</summary>
    public void WritePlanes(Span<byte> destination)
    {
        var pixels = Pixels.Span;
        if (Channels == 1)
        {
            pixels.CopyTo(destination);
            return;
        }

        var size = Height * Width;
        for (var channel = 0; channel < Channels; channel++)
        {
            var plane = destination.Slice(channel * size, size);
            for (int i = 0, from = channel; i < plane.Length; i++, from += Channels)
                plane[i] = pixels[from];
        }
    }

    public void Dispose()
    {
        if (--holders == 0 && rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
