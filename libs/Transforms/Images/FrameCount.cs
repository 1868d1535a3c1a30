using System.Buffers.Binary;

namespace Mesh.Transforms.Images;

/// <summary>
/// How many frames a file says it has. The image library counts only those that it finds sound, so that of a file that was cut off it knows no better
/// than that it is short.
/// </summary>
internal static class FrameCount
{
    private const int Damaged = int.MaxValue;

    /// <summary>Null where the library tells: it refuses what was cut off. <see cref="int.MaxValue"/> when the file ends before its frames do.</summary>
    public static int? Of(ImageFormat format, ReadOnlySpan<byte> file) => format switch
    {
        ImageFormat.Gif => OfGif(file),
        ImageFormat.Tiff => OfTiff(file),
        _ => null,
    };

    /// <summary>Blocks up to the trailer (GIF89a, appendix B).</summary>
    private static int OfGif(ReadOnlySpan<byte> file)
    {
        const int screen = 13, descriptor = 10;
        var frames = 0;
        for (var at = file.Length < screen ? Damaged : screen + ColourTable(file[10]); ;)
        {
            if (at >= file.Length)
                return Damaged;
            switch (file[at])
            {
                case 0x3B:
                    return frames;
                case 0x21:
                    at = SkipBlocks(file, at + 2);
                    break;
                case 0x2C when at + descriptor <= file.Length:
                    // The colours of the frame and the width of its first codes stand before its data.
                    at = SkipBlocks(file, at + descriptor + ColourTable(file[at + descriptor - 1]) + 1);
                    frames++;
                    break;
                case 0x00:
                    // An end of blocks too many; some programs write it.
                    at++;
                    break;
                default:
                    return Damaged;
            }
        }
    }

    private static int ColourTable(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    /// <summary>Behind the empty block that ends them.</summary>
    private static int SkipBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] > 0)
            at += file[at] + 1;
        return at < file.Length ? at + 1 : Damaged;
    }

    /// <summary>Directories up to the last (TIFF 6.0, section 2).</summary>
    private static int OfTiff(ReadOnlySpan<byte> file)
    {
        const int header = 8, entry = 12;
        var big = file[0] == 'M';
        var frames = 0;
        var at = file.Length < header ? Damaged : Word(file[4..]);
        // More directories than would fit are a circle.
        for (; at != 0 && frames < file.Length / entry; frames++)
        {
            if (at + sizeof(ushort) > file.Length)
                return Damaged;
            var entries = file[(int)at..];
            var next = at + sizeof(ushort) + entry * (big ? BinaryPrimitives.ReadUInt16BigEndian(entries) : BinaryPrimitives.ReadUInt16LittleEndian(entries));
            if (next + sizeof(uint) > file.Length)
                return Damaged;
            at = Word(file[(int)next..]);
        }

        return at == 0 ? frames : Damaged;

        long Word(ReadOnlySpan<byte> from) => big ? BinaryPrimitives.ReadUInt32BigEndian(from) : BinaryPrimitives.ReadUInt32LittleEndian(from);
    }
}
