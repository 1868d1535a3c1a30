using System.Buffers;

namespace Mesh.Transforms.Images;

/// <summary>A uint8 image [height, width, channels], either over memory that is left alone or in a pooled array that goes back on dispose.</summary>
internal sealed class PixelBuffer : IDisposable
{
    private readonly byte[]? rented;

    private PixelBuffer(byte[]? rented, ReadOnlyMemory<byte> pixels, int height, int width, int channels) =>
        (this.rented, Pixels, Height, Width, Channels) = (rented, pixels, height, width, channels);

    public ReadOnlyMemory<byte> Pixels { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>For filling a rented buffer; its content is arbitrary until then.</summary>
    public Span<byte> Writable => rented.AsSpan(0, Pixels.Length);

    public static PixelBuffer Over(ReadOnlyMemory<byte> pixels, int height, int width, int channels) =>
        new(null, pixels, height, width, channels);

    public static PixelBuffer Rent(int height, int width, int channels)
    {
        var length = checked(height * width * channels);
        var array = ArrayPool<byte>.Shared.Rent(length);
        return new(array, array.AsMemory(0, length), height, width, channels);
    }

    public void Dispose()
    {
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
