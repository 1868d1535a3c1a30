namespace Mesh.Ingest.Formats.Images;

/// <summary>Whether a file's bytes can be an image record.</summary>
internal static class ImageCheck
{
    /// <returns>Why it is rejected; null when it looks like an image.</returns>
    public static string? Problem(ReadOnlySpan<byte> file, IngestOptions options)
    {
        if (file.IsEmpty)
        {
            return "the file is empty";
        }

        if (!ImageHeader.TryRead(file, out var width, out var height))
        {
            return "is not a PNG, JPEG, GIF, BMP or WebP image";
        }

        if (width < 1 || height < 1)
        {
            return $"says it has {width} × {height} pixels";
        }

        return width * height > options.MaxImagePixels || width > int.MaxValue || height > int.MaxValue
            ? $"says it has {width} × {height} pixels; {options.MaxImagePixels} are possible here"
            : null;
    }

    public static string TooLarge(IngestOptions options) => $"has more than {options.MaxImageBytes} bytes";
}
