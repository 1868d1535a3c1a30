namespace Mesh.Transforms;

/// <summary>One record before any transform: an image and, in labelled data, the name of its class.</summary>
/// <param name="Name">What the record is called in errors, such as a file name or <c>train/1207</c>.</param>
/// <param name="Image">
/// Raw: uint8 rows of [height, width, channels] (gray, gray+alpha, RGB or RGBA). Encoded: the bytes of a PNG, JPEG, WebP, GIF or TIFF file.
/// The bytes are read, never written, and must stay unchanged during the call they are passed to.
/// </param>
/// <param name="Encoding">How <paramref name="Image"/> is to be read.</param>
/// <param name="Height">Rows, for raw images; otherwise 0.</param>
/// <param name="Width">Columns, for raw images; otherwise 0.</param>
/// <param name="Channels">1 to 4, for raw images; otherwise 0.</param>
/// <param name="Label">The class name; null or empty when the record has none.</param>
public readonly record struct RawRecord(
    string Name, ReadOnlyMemory<byte> Image, RecordEncoding Encoding, int Height, int Width, int Channels, string? Label)
{
    /// <summary>A record whose image is an array of pixels [height, width, channels].</summary>
    public static RawRecord Raw(string name, ReadOnlyMemory<byte> pixels, int height, int width, int channels, string? label = null) =>
        new(name, pixels, RecordEncoding.Raw, height, width, channels, label);

    /// <summary>A record whose image is the content of an image file.</summary>
    public static RawRecord Encoded(string name, ReadOnlyMemory<byte> file, string? label = null) =>
        new(name, file, RecordEncoding.Encoded, 0, 0, 0, label);
}
