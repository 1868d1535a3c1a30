using System.Text;

namespace Mesh.ModelGraph.Bundles;

/// <summary>
/// The name and size of one tar entry. Reads plain regular files only: a general tar reader also takes links,
/// directories and extension headers whose sizes the file chooses, none of which a bundle has.
/// </summary>
internal readonly record struct TarHeader(string Name, long Size)
{
    public const int BlockSize = 512;

    /// <summary>Null for a block of zeros, which ends an archive.</summary>
    /// <exception cref="BundleException">The block is not the header of a regular file.</exception>
    public static TarHeader? Parse(ReadOnlySpan<byte> block)
    {
        if (!block.ContainsAnyExcept((byte)0)) return null;
        if (!block[257..].StartsWith("ustar"u8)) throw new BundleException("archive", "is not a tar archive");
        if (Octal(block.Slice(148, 8)) != Checksum(block)) throw new BundleException("archive", "a header's checksum is wrong");
        var name = Text(block[..100]);
        if (block[345] != 0) throw new BundleException(Quote(name), "the name is too long");
        if (block[156] is not ((byte)'0' or 0)) throw new BundleException(Quote(name), "is not a regular file");
        if (Octal(block.Slice(124, 12)) is not { } size) throw new BundleException(Quote(name), "the size is not a number");
        return new TarHeader(name, size);
    }

    /// <summary>A name from the file, safe to show.</summary>
    public static string Quote(string name) => string.Concat(name.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    // The sum of all bytes, with the eight of the checksum itself taken as spaces.
    private static long Checksum(ReadOnlySpan<byte> block)
    {
        long sum = 8 * ' ';
        for (var i = 0; i < BlockSize; i++)
            if (i is < 148 or >= 156) sum += block[i];
        return sum;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    private static long? Octal(ReadOnlySpan<byte> field)
    {
        var digits = field.Trim("\0 "u8);
        if (digits.IsEmpty) return null;
        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7') return null;
            value = value * 8 + (digit - '0');
        }
        return value;
    }
}
