using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>
/// What one IPC message says (Message.fbs), checked before the Arrow reader sees it: that allocates what the message claims,
/// and follows its fields as deep as they go.
/// </summary>
/// <param name="BodyBytes">Of what follows the metadata.</param>
internal readonly record struct ArrowMessage(ArrowMessageKind Kind, long BodyBytes)
{
    private const int MaxDepth = 16;
    private const int BigEndian = 1;

    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static ArrowMessage Read(ReadOnlySpan<byte> metadata)
    {
        var message = FlatTable.Root(metadata);
        return new ArrowMessage((ArrowMessageKind)message.Byte(1), message.Long(3));
    }

    /// <summary>Checks fields of a schema: how deep, and how many there are.</summary>
    /// <returns>What is wrong with it.</returns>
    public static string? CheckSchema(ReadOnlySpan<byte> metadata, int maxFields)
    {
        if (!FlatTable.Root(metadata).TryTable(2, out var schema))
        {
            return "has no schema";
        }

        var left = maxFields;
        return schema.Short(0) == BigEndian ? "has its numbers the other way round (big-endian)"
            : CheckFields(schema, 1, depth: 0, ref left) ? null
            : $"has more than {maxFields} fields, or fields in fields more than {MaxDepth} deep";
    }

    /// <summary>Checks a batch of records or of dictionary values against its body.</summary>
    /// <returns>What is wrong with it.</returns>
    /// <param name="views">Where the schema has columns of views.</param>
    public string? CheckBatch(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body, ArrowViews views, out ArrowBatch found)
    {
        found = default;
        if (!FlatTable.Root(metadata).TryTable(2, out var batch))
        {
            return "has a batch without a header";
        }

        if (Kind == ArrowMessageKind.Dictionary)
        {
            found = new ArrowBatch(0, 0, batch.Long(0), batch.Byte(2) != 0);
            if (!batch.TryTable(1, out batch))
            {
                return "has a dictionary without values";
            }
        }

        var compressed = batch.TryTable(3, out _);
        var buffers = MemoryMarshal.Cast<byte, (long Start, long Length)>(batch.Vector(2, 2 * sizeof(long)));
        var expanded = 0L;
        foreach (var (start, length) in buffers)
        {
            if (start < 0 || length < 0 || start > body.Length - length)
            {
                return "has a buffer that lies outside of its batch";
            }

            // Compressed, a buffer begins with its length; −1 says that it is not, after all.
            var claimed = compressed && length >= sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(body[(int)start..]) : -1;
            if (claimed < -1 || (expanded += claimed == -1 ? length : claimed) < 0 || claimed > int.MaxValue)
            {
                return "has a buffer that claims an impossible length";
            }
        }

        // Columns of views say how many buffers each has. The reader looks for one number each, whether it is there or not.
        var left = buffers.Length;
        var counts = MemoryMarshal.Cast<byte, long>(batch.Vector(4, sizeof(long)));
        if (counts.Length < (Kind == ArrowMessageKind.Dictionary ? views.OfDictionary(found.Dictionary) : views.OfRecords))
        {
            return "has a column of views that does not say how many buffers it has";
        }

        foreach (var count in counts)
        {
            if (count < 0 || (left -= (int)Math.Min(count, int.MaxValue)) < 0)
            {
                return "has a column with more buffers than its batch";
            }
        }

        // The smallest value takes a bit.
        var rows = batch.Long(0);
        if (rows < 0 || rows / 8 > expanded)
        {
            return "has a batch with more rows than values";
        }

        foreach (var (length, _) in MemoryMarshal.Cast<byte, (long Length, long Nulls)>(batch.Vector(1, 2 * sizeof(long))))
        {
            if (length < 0 || length / 8 > Math.Max(expanded, rows))
            {
                return "has a column with more values than bytes";
            }
        }

        found = found with { Expanded = expanded, Buffers = buffers.Length };
        return null;
    }

    // Fields may share their children, so a small schema can have endlessly many.
    private static bool CheckFields(FlatTable parent, int field, int depth, ref int left)
    {
        var count = parent.Count(field);
        if (count > 0 && depth > MaxDepth || count > left)
        {
            return false;
        }

        left -= count;
        for (var i = 0; i < count; i++)
        {
            if (!CheckFields(parent.Table(field, i), 5, depth + 1, ref left))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>What a batch of records or of dictionary values takes.</summary>
/// <param name="Expanded">Bytes of its buffers once expanded.</param>
/// <param name="Dictionary">The dictionary's number.</param>
/// <param name="Grows">Whether the dictionary keeps the values that it had.</param>
internal readonly record struct ArrowBatch(long Expanded, int Buffers, long Dictionary, bool Grows);

/// <summary>MessageHeader in Message.fbs.</summary>
internal enum ArrowMessageKind : byte
{
    None = 0,
    Schema = 1,
    Dictionary = 2,
    Records = 3,
}
