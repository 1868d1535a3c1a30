using System.Buffers.Binary;

namespace Mesh.Ingest.Formats.Images;

/// <summary>The first image file directory of a TIFF file (TIFF 6.0, section 2), which EXIF data is as well: entries of 12 bytes.</summary>
internal static class TiffDirectory
{
    private const int EntryBytes = 12;
    private const int Short = 3;

    /// <summary>Whether the bytes begin as those of a TIFF file do.</summary>
    public static bool Starts(ReadOnlySpan<byte> file) => file.StartsWith("II\x2a\0"u8) || file.StartsWith("MM\0\x2a"u8);

    /// <summary>A value of 16 or 32 bits; null when there is none of this tag, or the file is cut off before it.</summary>
    public static uint? Find(ReadOnlySpan<byte> file, int tag)
    {
        if (file.Length < 8 || !Starts(file))
        {
            return null;
        }

        var bigEndian = file[0] == (byte)'M';
        uint Read16(ReadOnlySpan<byte> at) => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
        uint Read32(ReadOnlySpan<byte> at) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        if (Read32(file[4..]) is var directory && directory > file.Length - 2)
        {
            return null;
        }

        var entries = file[((int)directory + 2)..];
        for (var left = Read16(file[(int)directory..]); left > 0 && entries.Length >= EntryBytes; left--, entries = entries[EntryBytes..])
        {
            if (Read16(entries) == tag)
            {
                return Read16(entries[2..]) == Short ? Read16(entries[8..]) : Read32(entries[8..]);
            }
        }

        return null;
    }
}
