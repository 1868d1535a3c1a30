using System.Buffers.Binary;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>The end of central directory record of a zip (4.3.16), and its zip64 form where there is one (4.3.14).</summary>
internal readonly record struct ZipEnd(long Entries, long DirectorySize, long DirectoryOffset)
{
    private const int RecordBytes = 22;
    private const int LocatorBytes = 20;
    private const int Zip64RecordBytes = 56;

    public static DatasetException Damaged(SourceFile file, string problem) => new("ZIP_DAMAGED", $"{file.Path} is no sound zip: {problem}.");

    public static ZipEnd Find(SourceFile file, Stream zip)
    {
        // The record is followed by a comment of at most 65,535 bytes, to the end of the file.
        var tail = new byte[(int)Math.Min(zip.Length, RecordBytes + ushort.MaxValue)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        for (var at = tail.Length - RecordBytes; at >= 0; at--)
        {
            var record = tail.AsSpan(at);
            if (record.StartsWith("PK\x5\x6"u8) && BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) == record.Length - RecordBytes)
            {
                return Check(file, Parse(file, zip, record, zip.Length - record.Length), zip.Length);
            }
        }

        throw Damaged(file, "its directory is missing; it may be cut off");
    }

    private static ZipEnd Parse(SourceFile file, Stream zip, ReadOnlySpan<byte> record, long position)
    {
        var plain = new ZipEnd(
            BinaryPrimitives.ReadUInt16LittleEndian(record[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(record[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(record[16..]));
        var disks = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        var zip64 = plain.Entries == ushort.MaxValue || plain.DirectorySize == uint.MaxValue || plain.DirectoryOffset == uint.MaxValue;
        if (zip64 && position >= LocatorBytes + Zip64RecordBytes && ReadZip64(zip, position) is { } large)
        {
            return large;
        }

        return disks == 0 ? plain : throw Damaged(file, "it is one of several volumes");
    }

    private static ZipEnd? ReadZip64(Stream zip, long position)
    {
        Span<byte> locator = stackalloc byte[LocatorBytes];
        zip.Position = position - LocatorBytes;
        zip.ReadExactly(locator);
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        if (!locator.StartsWith("PK\x6\x7"u8) || at < 0 || at > position - LocatorBytes - Zip64RecordBytes)
        {
            return null;
        }

        Span<byte> record = stackalloc byte[Zip64RecordBytes];
        zip.Position = at;
        zip.ReadExactly(record);
        return record.StartsWith("PK\x6\x6"u8)
            ? new ZipEnd(
                BinaryPrimitives.ReadInt64LittleEndian(record[32..]),
                BinaryPrimitives.ReadInt64LittleEndian(record[40..]),
                BinaryPrimitives.ReadInt64LittleEndian(record[48..]))
            : null;
    }

    private static ZipEnd Check(SourceFile file, ZipEnd end, long length) =>
        end.Entries < 0 || end.DirectorySize < 0 || end.DirectoryOffset < 0 || end.DirectoryOffset > length || end.DirectorySize > length - end.DirectoryOffset
            ? throw Damaged(file, "its directory is not inside the file")
            : end;
}
