using System.Buffers.Text;
using System.Text;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>What a pax extended header ("27 path=cats/1.png\n" and so on) changes about the entry after it.</summary>
internal readonly record struct PaxRecords(string? Path, long? Size, bool Sparse)
{
    /// <returns>False when the records are malformed.</returns>
    public static bool TryParse(ReadOnlySpan<byte> content, out PaxRecords records)
    {
        (string? path, long? size, var sparse) = (null, null, false);
        records = default;
        while (content.Length > 0 && content[0] != 0)
        {
            if (!Utf8Parser.TryParse(content, out int length, out var digits) || length <= digits + 1 || length > content.Length
                || content[digits] != ' ' || content[length - 1] != '\n')
            {
                return false;
            }

            var record = content[(digits + 1)..(length - 1)];
            content = content[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals < 0)
            {
                return false;
            }

            var key = record[..equals];
            var value = record[(equals + 1)..];
            if (key.SequenceEqual("path"u8))
            {
                path = Encoding.UTF8.GetString(value);
            }
            else if (key.SequenceEqual("size"u8))
            {
                if (!Utf8Parser.TryParse(value, out long number, out var used) || used != value.Length || number < 0)
                {
                    return false;
                }

                size = number;
            }

            sparse |= key.StartsWith("GNU.sparse"u8);
        }

        records = new PaxRecords(path, size, sparse);
        return true;
    }
}
