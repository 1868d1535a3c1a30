using System.Buffers.Binary;
using static Mesh.Shards.Arrow.FlatNode;

namespace Mesh.Shards.Arrow;

/// <summary>The metadata of an Arrow file, encoded. The same arguments give the same bytes.</summary>
internal static class ArrowEncoder
{
    /// <summary>A schema message for the file offset <paramref name="offset"/>; it ends at a multiple of 64.</summary>
    public static byte[] SchemaMessage(ShardSchema schema, long offset) => Message(ArrowFormat.SchemaHeader, Schema(schema), bodyLength: 0, offset);

    /// <summary>A record batch message for a file offset that is a multiple of 64; so is its length, which does not depend on the rows.</summary>
    public static byte[] BatchMessage(ShardSchema schema, long rows)
    {
        var nodes = new List<long>();
        var buffers = new List<long>();
        long body = 0;
        foreach (var column in schema.Columns)
        {
            // Validity buffers are empty: nothing is null. A tensor column is a list (node, validity) of elements (node, validity, data).
            nodes.AddRange([rows, 0]);
            buffers.AddRange([body, 0]);
            if (!column.IsScalar)
            {
                nodes.AddRange([rows * column.RowElements, 0]);
                buffers.AddRange([body, 0]);
            }
            buffers.AddRange([body, rows * column.RowBytes]);
            body += ArrowFormat.Align(rows * column.RowBytes);
        }
        var batch = new Table(Int64(rows), new Structs(nodes.Count / 2, [.. nodes]), new Structs(buffers.Count / 2, [.. buffers]));
        return Message(ArrowFormat.RecordBatchHeader, batch, body, offset: 0);
    }

    /// <summary>Bytes of the body of a batch.</summary>
    public static long BodyLength(ShardSchema schema, long rows) => schema.Columns.Sum(column => ArrowFormat.Align(rows * column.RowBytes));

    public static byte[] Footer(ShardSchema schema, IReadOnlyList<ArrowBlock> batches)
    {
        var words = batches.SelectMany(block => new[] { block.Offset, block.MetadataLength, block.BodyLength }).ToArray();
        return FlatWriter.Write(new Table(Int16(ArrowFormat.MetadataV5), Schema(schema), new Structs(0, []), new Structs(batches.Count, words)));
    }

    private static byte[] Message(byte type, Table header, long bodyLength, long offset)
    {
        var metadata = FlatWriter.Write(new Table(Int16(ArrowFormat.MetadataV5), UInt8(type), header, Int64(bodyLength)));
        var end = ArrowFormat.Align(offset + 8 + metadata.Length);
        var message = new byte[end - offset];
        BinaryPrimitives.WriteUInt32LittleEndian(message, ArrowFormat.Continuation);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), message.Length - 8);
        metadata.CopyTo(message, 8);
        return message;
    }

    private static Table Schema(ShardSchema schema) => new(
        Int16(0),
        new Tables([.. schema.Columns.Select(Field)]),
        new Tables(KeyValue(ArrowFormat.FormatVersionKey, ArrowFormat.FormatVersion)));

    private static Table Field(ShardColumn column)
    {
        var (elementKind, elementType) = ElementTypeOf(column.ElementType);
        if (column.IsScalar)
        {
            return new Table(new Text(column.Name), Bool(false), UInt8(elementKind), elementType, null, new Tables());
        }
        var item = new Table(new Text("item"), Bool(true), UInt8(elementKind), elementType, null, new Tables());
        return new Table(
            new Text(column.Name),
            Bool(false),
            UInt8(ArrowFormat.FixedSizeListType),
            new Table(Int32(column.RowElements)),
            null,
            new Tables(item),
            new Tables(
                KeyValue(ArrowFormat.ExtensionName, ArrowFormat.FixedShapeTensor),
                KeyValue(ArrowFormat.ExtensionMetadata, ArrowFormat.TensorMetadata(column))));
    }

    private static (byte Kind, Table Type) ElementTypeOf(ElementType type) => type switch
    {
        ElementType.Float16 => (ArrowFormat.FloatType, new Table(Int16(0))),
        ElementType.Float32 => (ArrowFormat.FloatType, new Table(Int16(1))),
        ElementType.Float64 => (ArrowFormat.FloatType, new Table(Int16(2))),
        _ => (ArrowFormat.IntType, new Table(
            Int32(8 * type.Size),
            Bool(type is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64))),
    };

    private static Table KeyValue(string key, string value) => new(new Text(key), new Text(value));
}
