using System.Buffers.Binary;
using Mesh.Transforms.Images;

namespace Mesh.Ingest.Formats.Images;

/// <summary>
/// How an image file is to be turned or mirrored to be upright, 1 to 8, read without decoding and where decode-image finds it:
/// the EXIF data before the pixels of a JPEG or PNG file, or anywhere in a WebP file, and the directory of a TIFF file.
/// </summary>
internal static class ExifOrientation
{
    private const int Tag = 274;

    private static ReadOnlySpan<byte> ExifMark => "Exif\0\0"u8;

    /// <returns><see cref="Orientation.Upright"/> when the file says nothing, or nothing that can be.</returns>
    public static int Of(ReadOnlySpan<byte> file)
    {
        var directory = ImageHeader.FormatOf(file) switch
        {
            "jpeg" => InJpeg(file),
            "png" => InPng(file),
            "webp" => InWebP(file),
            "tiff" => file,
            _ => default,
        };
        return TiffDirectory.Find(directory, Tag) is { } orientation and >= 1 and <= 8 ? (int)orientation : Orientation.Upright;
    }

    // Segments up to the start of the scan.
    private static ReadOnlySpan<byte> InJpeg(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xff;)
        {
            var marker = file[at + 1];
            if (marker == 0xff)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (marker == 0xda || length < 2 || at + 2 + length > file.Length)
            {
                break;
            }

            var content = file.Slice(at + 4, length - 2);
            if (marker == 0xe1 && content.StartsWith(ExifMark))
            {
                return content[ExifMark.Length..];
            }

            at += 2 + length;
        }

        return default;
    }

    private static ReadOnlySpan<byte> InPng(ReadOnlySpan<byte> file)
    {
        for (long at = 8; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            var type = file.Slice((int)at + 4, 4);
            if (type.SequenceEqual("IDAT"u8) || at + 8 + length > file.Length)
            {
                break;
            }

            if (type.SequenceEqual("eXIf"u8))
            {
                return Unmarked(file.Slice((int)at + 8, (int)length));
            }

            at += 12L + length;
        }

        return default;
    }

    private static ReadOnlySpan<byte> InWebP(ReadOnlySpan<byte> file)
    {
        for (long at = 12; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            if (at + 8 + length > file.Length)
            {
                break;
            }

            if (file[(int)at..].StartsWith("EXIF"u8))
            {
                return Unmarked(file.Slice((int)at + 8, (int)length));
            }

            at += 8L + length + (length & 1);
        }

        return default;
    }

    // Some writers put JPEG's mark before it.
    private static ReadOnlySpan<byte> Unmarked(ReadOnlySpan<byte> exif) => exif.StartsWith(ExifMark) ? exif[ExifMark.Length..] : exif;
}
