using System.Buffers.Binary;
using System.Text;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>One 512-byte header of a tar: ustar, GNU or the old form.</summary>
/// <param name="Type">'0' file, '5' folder, '1' and '2' links, 'L' long name, 'x' pax, …</param>
internal readonly record struct TarHeader(string Name, long Size, char Type)
{
    public const int Bytes = 512;

    private const int ChecksumStart = 148;
    private const int ChecksumEnd = 156;

    /// <summary>Whether these bytes begin with a header whose checksum is right, or are an empty archive.</summary>
    public static bool IsTar(ReadOnlySpan<byte> head) => head.Length >= Bytes && (IsEnd(head[..Bytes]) || TryParse(head[..Bytes], out _));

    /// <summary>A block of zeros ends the archive.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    public static bool TryParse(ReadOnlySpan<byte> block, out TarHeader header)
    {
        header = default;
        if (!TryParseNumber(block[ChecksumStart..ChecksumEnd], out var checksum) || checksum != Checksum(block)
            || !TryParseNumber(block[124..136], out var size) || size < 0)
        {
            return false;
        }

        var name = Text(block[..100]);
        // GNU writes "ustar " and keeps times where ustar has the prefix.
        if (block[257..].StartsWith("ustar\0"u8) && Text(block[345..500]) is { Length: > 0 } prefix)
        {
            name = $"{prefix}/{name}";
        }

        header = new TarHeader(name, size, block[156] == 0 ? '0' : (char)block[156]);
        return true;
    }

    /// <summary>Bytes up to the first zero; as UTF-8, or Latin-1 where they are not.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        var text = end < 0 ? field : field[..end];
        return System.Text.Unicode.Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);
    }

    private static long Checksum(ReadOnlySpan<byte> block)
    {
        long sum = (ChecksumEnd - ChecksumStart) * ' ';
        for (var i = 0; i < Bytes; i++)
        {
            sum += i is >= ChecksumStart and < ChecksumEnd ? 0 : block[i];
        }

        return sum;
    }

    /// <summary>Octal digits, or in a wide field with the top bit set a big-endian number (GNU, for 8 GiB and more).</summary>
    private static bool TryParseNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if (field[0] == 0x80 && field.Length > 8)
        {
            value = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return !field[1..^8].ContainsAnyExcept((byte)0) && value >= 0;
        }

        var digits = field.Trim(" \0"u8);
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return digits.Length > 0;
    }
}
