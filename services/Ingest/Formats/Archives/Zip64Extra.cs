using System.Buffers.Binary;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>The zip64 extra field (0x0001): holds, in this order, those of size, compressed size and offset that are all ones in the header.</summary>
internal static class Zip64Extra
{
    private const uint Elsewhere = uint.MaxValue;

    /// <returns>The real values; -1 for one that should be in the field and is not.</returns>
    public static (long Size, long Compressed, long Offset) Apply(ReadOnlySpan<byte> extra, uint size, uint compressed, uint offset)
    {
        var field = Find(extra);
        return (Take(ref field, size), Take(ref field, compressed), Take(ref field, offset));
    }

    private static long Take(ref ReadOnlySpan<byte> field, uint value)
    {
        if (value != Elsewhere)
        {
            return value;
        }

        if (field.Length < 8)
        {
            return -1;
        }

        var real = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
        return real;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
            {
                break;
            }

            if (id == 1)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }
}
