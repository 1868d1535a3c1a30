namespace Mesh.Transforms.Records;

/// <summary>An image before it is decoded. The bytes are read, never written, and stay where they are.</summary>
public sealed class RawImage
{
    private RawImage(ReadOnlyMemory<byte> bytes, bool isFile, int height, int width, int channels) =>
        (Bytes, IsFile, Height, Width, Channels) = (bytes, isFile, height, width, channels);

    /// <summary>A file, or uint8 pixels in [height, width, channels] order.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether the bytes are those of an image file; its format is recognised by its first bytes.</summary>
    public bool IsFile { get; }

    /// <summary>Rows; 0 for a file.</summary>
    public int Height { get; }

    /// <summary>Columns; 0 for a file.</summary>
    public int Width { get; }

    /// <summary>1 to 4 (gray, gray+alpha, RGB, RGBA); 0 for a file.</summary>
    public int Channels { get; }

    /// <summary>Pixels; the sizes are checked when they are used.</summary>
    public static RawImage OfPixels(ReadOnlyMemory<byte> pixels, int height, int width, int channels) => new(pixels, false, height, width, channels);

    /// <summary>The bytes of a PNG, JPEG, WebP, GIF or TIFF file.</summary>
    public static RawImage OfFile(ReadOnlyMemory<byte> file) => new(file, true, 0, 0, 0);
}
