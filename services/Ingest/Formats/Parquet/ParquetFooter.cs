using System.Buffers.Binary;
using System.Text;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>A node of a Parquet schema. One without children is a leaf: a column of the file, in the order of the leaves.</summary>
internal sealed record ParquetNode(string Name, bool Repeated, List<ParquetNode> Children, int Leaf);

/// <summary>Where the pages of one column in one row group lie in the file.</summary>
internal readonly record struct ParquetChunk(long Start, long Length);

internal sealed record ParquetRowGroup(long Rows, List<ParquetChunk> Chunks);

/// <summary>
/// What a Parquet file says about itself at its end (parquet.thrift, FileMetaData), checked before the native reader sees it:
/// that recurses as deep as the schema says and reads where it says.
/// </summary>
internal sealed record ParquetFooter(ParquetNode Root, List<ParquetRowGroup> RowGroups)
{
    /// <summary>The native reader needs some ten times as much for what it makes of it.</summary>
    private const int MaxBytes = 64 * 1024 * 1024;

    private const int TailBytes = 8;
    private const int MaxDepth = 16;

    /// <exception cref="DatasetException">PARQUET_DAMAGED, PARQUET_UNSUPPORTED, TOO_MANY_COLUMNS or TOO_MANY_RECORDS.</exception>
    public static ParquetFooter Read(Stream file, string source, IngestOptions limits)
    {
        if (file.Length < 4 + TailBytes)
        {
            throw Damaged(source, "is cut off");
        }

        Span<byte> tail = stackalloc byte[TailBytes];
        file.Position = file.Length - TailBytes;
        file.ReadExactly(tail);
        if (tail[4..].SequenceEqual("PARE"u8))
        {
            throw new DatasetException("PARQUET_UNSUPPORTED", $"{source} is encrypted.");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8) || length > file.Length - TailBytes - 4)
        {
            throw Damaged(source, "is cut off, or has no footer");
        }

        if (length > MaxBytes)
        {
            throw new DatasetException("PARQUET_UNSUPPORTED", $"{source} has a footer of {length} bytes; {MaxBytes} can be read.");
        }

        var bytes = new byte[length];
        file.Position = file.Length - TailBytes - length;
        file.ReadExactly(bytes);
        try
        {
            return Parse(bytes, source, limits).Check(source, file.Length - TailBytes - length, limits);
        }
        catch (InvalidDataException)
        {
            throw Damaged(source, "has a malformed footer");
        }
    }

    private static ParquetFooter Parse(ReadOnlySpan<byte> bytes, string source, IngestOptions limits)
    {
        var reader = new ThriftReader(bytes);
        ParquetNode? root = null;
        var groups = new List<ParquetRowGroup>();
        var id = 0;
        while (reader.NextField(ref id, out var type))
        {
            switch (id, type)
            {
                case (2, ThriftReader.List):
                    var left = reader.ReadList(out _);
                    var leaves = 0;
                    root = left > 0 ? ReadNode(ref reader, ref left, ref leaves, depth: 0) : null;
                    if (left > 0)
                    {
                        throw new InvalidDataException();
                    }

                    if (leaves > 2 * limits.MaxColumns)
                    {
                        throw new DatasetException("TOO_MANY_COLUMNS", $"{source} has {leaves} columns; {limits.MaxColumns} are possible here.");
                    }

                    break;
                case (4, ThriftReader.List):
                    for (var count = reader.ReadList(out _); count > 0; count--)
                    {
                        groups.Add(ReadGroup(ref reader, source));
                    }

                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return root is { Children.Count: > 0 } ? new ParquetFooter(root, groups) : throw new InvalidDataException();
    }

    // SchemaElement: nodes come depth first, each with the number of its children.
    private static ParquetNode ReadNode(ref ThriftReader reader, ref int left, ref int leaves, int depth)
    {
        if (left-- == 0 || depth > MaxDepth)
        {
            throw new InvalidDataException();
        }

        var (name, repeated, children, id) = ("", false, 0L, 0);
        while (reader.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 3:
                    repeated = reader.ReadInteger() == 2;
                    break;
                case 4 when type == ThriftReader.Binary:
                    name = Encoding.UTF8.GetString(reader.ReadBinary());
                    break;
                case 5:
                    children = reader.ReadInteger();
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        if (children < 0 || children > left)
        {
            throw new InvalidDataException();
        }

        var node = new ParquetNode(name, repeated, [], children == 0 ? leaves++ : -1);
        for (; children > 0; children--)
        {
            node.Children.Add(ReadNode(ref reader, ref left, ref leaves, depth + 1));
        }

        return node;
    }

    private static ParquetRowGroup ReadGroup(ref ThriftReader reader, string source)
    {
        var group = new ParquetRowGroup(0, []);
        var id = 0;
        while (reader.NextField(ref id, out var type))
        {
            switch (id, type)
            {
                case (1, ThriftReader.List):
                    for (var count = reader.ReadList(out _); count > 0; count--)
                    {
                        group.Chunks.Add(ReadChunk(ref reader, source));
                    }

                    break;
                case (3, _):
                    group = group with { Rows = reader.ReadInteger() };
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return group;
    }

    private static ParquetChunk ReadChunk(ref ThriftReader reader, string source)
    {
        var chunk = new ParquetChunk(-1, -1);
        var id = 0;
        while (reader.NextField(ref id, out var type))
        {
            switch (id, type)
            {
                case (1, ThriftReader.Binary):
                    throw new DatasetException("PARQUET_UNSUPPORTED", $"{source} keeps columns in other files.");
                case (3, ThriftReader.Struct):
                    chunk = ReadColumn(ref reader);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return chunk;
    }

    // ColumnMetaData: the pages begin with the dictionary, when there is one.
    private static ParquetChunk ReadColumn(ref ThriftReader reader)
    {
        var (length, data, dictionary, id) = (-1L, -1L, 0L, 0);
        while (reader.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 7:
                    length = reader.ReadInteger();
                    break;
                case 9:
                    data = reader.ReadInteger();
                    break;
                case 11:
                    dictionary = reader.ReadInteger();
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return new ParquetChunk(dictionary > 0 && dictionary < data ? dictionary : data, length);
    }

    private ParquetFooter Check(string source, long end, IngestOptions limits)
    {
        var rows = 0L;
        var leaves = Leaves(Root);
        foreach (var group in RowGroups)
        {
            // Without rows there are no pages, and their place may be anything.
            if (group.Rows < 0 || group.Chunks.Count != leaves || group.Rows > 0 && group.Chunks.Exists(c => c.Start < 4 || c.Length < 0 || c.Start > end - c.Length))
            {
                throw Damaged(source, "has a footer that points outside of the file");
            }

            if (group.Rows > limits.MaxRecords - rows)
            {
                throw new DatasetException("TOO_MANY_RECORDS", $"{source} says that it has more than {limits.MaxRecords} rows.");
            }

            rows += group.Rows;
        }

        return this;
    }

    private static int Leaves(ParquetNode node) => node.Children.Count == 0 ? 1 : node.Children.Sum(Leaves);

    internal static DatasetException Damaged(string source, string how) => new("PARQUET_DAMAGED", $"{source} is a Parquet file that {how}.");
}
