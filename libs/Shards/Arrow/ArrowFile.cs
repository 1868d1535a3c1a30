using System.Buffers.Binary;

namespace Mesh.Shards.Arrow;

/// <summary>One record batch: its rows, and where each column's data starts in the file.</summary>
internal sealed record ArrowBatch(long Rows, long[] ColumnOffsets);

/// <summary>
/// The structure of an Arrow file of unknown origin. After <see cref="Decode"/> every column of every batch lies inside the file, is aligned to 8 bytes,
/// and holds its rows; anything else throws <see cref="InvalidDataException"/>.
/// </summary>
internal sealed record ArrowFile(ShardSchema Schema, IReadOnlyList<ArrowBatch> Batches)
{
    private const int PrefixSize = 8;
    private const int NodeSize = 16;
    private const int BufferSize = 16;

    public static ArrowFile Decode(ReadOnlySpan<byte> file)
    {
        // "ARROW1", 2 bytes of padding, messages, footer, its length (int32), "ARROW1".
        var tail = sizeof(int) + ArrowFormat.Magic.Length;
        if (file.Length < PrefixSize + tail || !file.StartsWith(ArrowFormat.Magic) || !file.EndsWith(ArrowFormat.Magic))
        {
            throw new InvalidDataException("it is not a complete Arrow file");
        }
        var footerEnd = file.Length - tail;
        var footerLength = BinaryPrimitives.ReadInt32LittleEndian(file[footerEnd..]);
        if (footerLength <= 0 || footerLength > footerEnd - PrefixSize)
        {
            throw new InvalidDataException("its footer does not fit");
        }
        var messages = file[..(footerEnd - footerLength)];
        var footer = FlatTable.Root(file[messages.Length..footerEnd]);
        if (footer.Int16(0) != ArrowFormat.MetadataV5 || footer.Structs(2, ArrowBlock.Size).Length != 0)
        {
            throw new InvalidDataException("it has dictionaries or another metadata version than V5");
        }
        var schema = ArrowSchemaDecoder.Decode(footer.Table(1));
        return new ArrowFile(schema, DecodeBatches(messages, schema, footer.Structs(3, ArrowBlock.Size)));
    }

    private static ArrowBatch[] DecodeBatches(ReadOnlySpan<byte> messages, ShardSchema schema, ReadOnlySpan<byte> blocks)
    {
        var batches = new ArrowBatch[blocks.Length / ArrowBlock.Size];
        // One after the other, so that what is kept of them is never more than what the file holds.
        long free = PrefixSize;
        for (var i = 0; i < batches.Length; i++)
        {
            var encoded = blocks.Slice(i * ArrowBlock.Size, ArrowBlock.Size);
            var block = new ArrowBlock(
                BinaryPrimitives.ReadInt64LittleEndian(encoded),
                BinaryPrimitives.ReadInt32LittleEndian(encoded[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(encoded[16..]));
            batches[i] = block.Offset >= free
                ? DecodeBatch(messages, schema, block)
                : throw new InvalidDataException("its batches overlap");
            free = block.BodyOffset + block.BodyLength;
            if (i > 0 && (batches[i - 1].Rows != batches[0].Rows || batches[i].Rows > batches[0].Rows))
            {
                throw new InvalidDataException("its batches differ in rows (only the last may have fewer)");
            }
        }
        return batches;
    }

    private static ArrowBatch DecodeBatch(ReadOnlySpan<byte> messages, ShardSchema schema, ArrowBlock block)
    {
        if (block.Offset < PrefixSize || block.Offset % 8 != 0 || block.MetadataLength < PrefixSize || block.MetadataLength % 8 != 0 || block.BodyLength < 0
            || block.Offset > messages.Length || block.MetadataLength > messages.Length - block.Offset
            || block.BodyLength > messages.Length - block.BodyOffset)
        {
            throw new InvalidDataException("a batch lies outside the file");
        }
        var metadata = messages.Slice((int)block.Offset, block.MetadataLength);
        var length = BinaryPrimitives.ReadInt32LittleEndian(metadata[4..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(metadata) != ArrowFormat.Continuation || length < 0 || length > metadata.Length - PrefixSize)
        {
            throw new InvalidDataException("a batch has no message");
        }
        var message = FlatTable.Root(metadata.Slice(PrefixSize, length));
        if (message.UInt8(1) != ArrowFormat.RecordBatchHeader || message.Int64(3) != block.BodyLength)
        {
            throw new InvalidDataException("a batch's message is another than the footer says");
        }
        var batch = message.Table(2);
        if (batch.Has(3))
        {
            throw new InvalidDataException("it is compressed, and could not be mapped");
        }
        return new ArrowBatch(batch.Int64(0), ColumnOffsets(schema, block, batch));
    }

    private static long[] ColumnOffsets(ShardSchema schema, ArrowBlock block, FlatTable batch)
    {
        var rows = batch.Int64(0);
        var nodes = batch.Structs(1, NodeSize);
        var buffers = batch.Structs(2, BufferSize);
        var offsets = new long[schema.Columns.Count];
        // No 64-bit product below overflows: rows that fit in a file of less than 2 GiB are fewer than 2^31, and so are a row's bytes.
        if (rows is < 0 or > int.MaxValue)
        {
            throw new InvalidDataException("a batch has an impossible number of rows");
        }
        for (var i = 0; i < offsets.Length; i++)
        {
            var column = schema.Columns[i];
            TakeNode(ref nodes, rows, column);
            TakeBuffer(ref buffers, block, 0, column);
            if (!column.IsScalar)
            {
                TakeNode(ref nodes, rows * column.RowElements, column);
                TakeBuffer(ref buffers, block, 0, column);
            }
            offsets[i] = TakeBuffer(ref buffers, block, rows * column.RowBytes, column);
        }
        return nodes.IsEmpty && buffers.IsEmpty ? offsets : throw new InvalidDataException("a batch has more columns than the schema");
    }

    private static void TakeNode(ref ReadOnlySpan<byte> nodes, long length, ShardColumn column)
    {
        if (nodes.IsEmpty
            || BinaryPrimitives.ReadInt64LittleEndian(nodes) != length
            || BinaryPrimitives.ReadInt64LittleEndian(nodes[8..]) != 0)
        {
            throw new InvalidDataException($"column {column.Name} has missing values or rows in a batch");
        }
        nodes = nodes[NodeSize..];
    }

    private static long TakeBuffer(ref ReadOnlySpan<byte> buffers, ArrowBlock block, long needed, ShardColumn column)
    {
        if (buffers.IsEmpty)
        {
            throw new InvalidDataException($"column {column.Name} has no data in a batch");
        }
        var offset = BinaryPrimitives.ReadInt64LittleEndian(buffers);
        var length = BinaryPrimitives.ReadInt64LittleEndian(buffers[8..]);
        if (offset < 0 || offset % 8 != 0 || offset > block.BodyLength || length < needed || length > block.BodyLength - offset)
        {
            throw new InvalidDataException($"column {column.Name} lies outside its batch");
        }
        buffers = buffers[BufferSize..];
        return block.BodyOffset + offset;
    }
}
