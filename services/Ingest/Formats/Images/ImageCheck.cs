using Mesh.Ingest.Records;

namespace Mesh.Ingest.Formats.Images;

/// <summary>Whether a file's bytes can be an image record.</summary>
internal static class ImageCheck
{
    /// <summary>Pixels a side, of which decode-image takes no more either.</summary>
    public const int MaxSide = 16384;

    /// <summary>Looks at an image file and puts it into a row.</summary>
    /// <returns>Why it is rejected; null when it looks like an image.</returns>
    public static string? Take(ReadOnlyMemory<byte> file, RecordRow row, int column, IngestOptions options)
    {
        if (file.IsEmpty)
        {
            return "the file is empty";
        }

        if (file.Length > options.MaxImageBytes)
        {
            return TooLarge(options);
        }

        if (!ImageHeader.TryRead(file.Span, out var width, out var height))
        {
            return "is not a PNG, JPEG, WebP, GIF or TIFF image";
        }

        if (width < 1 || height < 1)
        {
            return $"says it has {width} × {height} pixels";
        }

        if (width > MaxSide || height > MaxSide)
        {
            return $"says it has {width} × {height} pixels; each side may have at most {MaxSide}";
        }

        if (width * height > options.MaxImagePixels)
        {
            return $"says it has {width} × {height} pixels; {options.MaxImagePixels} are possible here";
        }

        row.SetImage(column, new ImageCell(file, ImageHeader.FormatOf(file.Span)!, (int)height, (int)width, Channels: 0));
        return null;
    }

    public static string TooLarge(IngestOptions options) => $"has more than {options.MaxImageBytes} bytes";
}
