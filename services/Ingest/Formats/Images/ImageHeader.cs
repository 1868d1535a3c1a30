using System.Buffers.Binary;

namespace Mesh.Ingest.Formats.Images;

/// <summary>
/// Reads an image file's kind and dimensions without decoding: PNG, JPEG, WebP, GIF and TIFF, which are those that
/// decode-image reads. Enough to turn away what is no image; whether the pixels decode shows in preprocessing.
/// </summary>
internal static class ImageHeader
{
    private static ReadOnlySpan<byte> PngMagic => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>"png", "jpeg", "webp", "gif" or "tiff"; null when it is none of these.</summary>
    public static string? FormatOf(ReadOnlySpan<byte> file) =>
        file.StartsWith(PngMagic) ? "png"
        : file.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) ? "jpeg"
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? "gif"
        : TiffDirectory.Starts(file) ? "tiff"
        : file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? "webp"
        : null;

    /// <returns>False when it is none of these, or is cut off before its dimensions.</returns>
    public static bool TryRead(ReadOnlySpan<byte> file, out long width, out long height)
    {
        (width, height) = (0, 0);
        return FormatOf(file) switch
        {
            "png" => TryReadPng(file, out width, out height),
            "jpeg" => TryReadJpeg(file, out width, out height),
            "gif" => TryReadGif(file, out width, out height),
            "tiff" => TryReadTiff(file, out width, out height),
            "webp" => file.Length >= 30 && TryReadWebP(file, out width, out height),
            _ => false,
        };
    }

    private static bool TryReadGif(ReadOnlySpan<byte> file, out long width, out long height)
    {
        var complete = file.Length >= 13;
        (width, height) = complete ? (BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), BinaryPrimitives.ReadUInt16LittleEndian(file[8..])) : (0, 0);
        return complete;
    }

    private static bool TryReadPng(ReadOnlySpan<byte> file, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (file.Length < 24 || !file[12..].StartsWith("IHDR"u8))
        {
            return false;
        }

        (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..]));
        return true;
    }

    // Walks the segments to the frame header (SOF0 to SOF15 but DHT, JPG and DAC).
    private static bool TryReadJpeg(ReadOnlySpan<byte> file, out long width, out long height)
    {
        (width, height) = (0, 0);
        var at = 2;
        while (at + 9 <= file.Length && file[at] == 0xff)
        {
            var marker = file[at + 1];
            if (marker == 0xff)
            {
                at++;
                continue;
            }

            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
            {
                (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]));
                return true;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2)
            {
                return false;
            }

            at += 2 + length;
        }

        return false;
    }

    private static bool TryReadTiff(ReadOnlySpan<byte> file, out long width, out long height)
    {
        const int Width = 256;
        const int Height = 257;
        (width, height) = (TiffDirectory.Find(file, Width) ?? 0, TiffDirectory.Find(file, Height) ?? 0);
        return width > 0 && height > 0;
    }

    private static bool TryReadWebP(ReadOnlySpan<byte> file, out long width, out long height)
    {
        (width, height) = (0, 0);
        var chunk = file[12..];
        if (chunk.StartsWith("VP8X"u8))
        {
            (width, height) = (1 + ReadUInt24(file[24..]), 1 + ReadUInt24(file[27..]));
            return true;
        }

        if (chunk.StartsWith("VP8L"u8) && file[20] == 0x2f)
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..]);
            (width, height) = (1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff));
            return true;
        }

        if (chunk.StartsWith("VP8 "u8) && file[23..].StartsWith((ReadOnlySpan<byte>)[0x9d, 0x01, 0x2a]))
        {
            (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3fff, BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3fff);
            return true;
        }

        return false;
    }

    private static long ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
