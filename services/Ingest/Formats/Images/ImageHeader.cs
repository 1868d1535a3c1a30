using System.Buffers.Binary;

namespace Mesh.Ingest.Formats.Images;

/// <summary>
/// Reads an image file's kind and dimensions off its first bytes, without decoding: PNG, JPEG, GIF, BMP and WebP. Enough to
/// turn away what is no image; whether the pixels decode shows in preprocessing.
/// </summary>
internal static class ImageHeader
{
    /// <returns>False when it is none of these, or is cut off before its dimensions.</returns>
    public static bool TryRead(ReadOnlySpan<byte> file, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
        {
            return TryReadPng(file, out width, out height);
        }

        if (file.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]))
        {
            return TryReadJpeg(file, out width, out height);
        }

        if ((file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) && file.Length >= 13)
        {
            (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), BinaryPrimitives.ReadUInt16LittleEndian(file[8..]));
            return true;
        }

        if (file.StartsWith("BM"u8))
        {
            return TryReadBmp(file, out width, out height);
        }

        return file.StartsWith("RIFF"u8) && file.Length >= 30 && file[8..].StartsWith("WEBP"u8) && TryReadWebP(file, out width, out height);
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

    private static bool TryReadBmp(ReadOnlySpan<byte> file, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (file.Length < 26 || BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) is var header && header is not (12 or 40 or 52 or 56 or 64 or 108 or 124))
        {
            return false;
        }

        (width, height) = header == 12
            ? (BinaryPrimitives.ReadUInt16LittleEndian(file[18..]), BinaryPrimitives.ReadUInt16LittleEndian(file[20..]))
            // A negative height means top-down rows.
            : (BinaryPrimitives.ReadInt32LittleEndian(file[18..]), Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(file[22..])));
        return true;
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
