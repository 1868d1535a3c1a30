using ParquetSharp;
using ParquetSharp.IO;
using ParquetSharp.Schema;

namespace Mesh.Ingest.Tests.Data;

/// <summary>Parquet files with values that are set by hand.</summary>
internal static class Parquet
{
    public static byte[] File(Column[] columns, Action<RowGroupWriter> write, Action<WriterPropertiesBuilder>? configure = null) => File(columns, [write], configure);

    /// <param name="groups">Each writes a row group.</param>
    public static byte[] File(Column[] columns, Action<RowGroupWriter>[] groups, Action<WriterPropertiesBuilder>? configure = null) =>
        Write(stream => new ParquetFileWriter(stream, columns, Properties(configure)), groups);

    public static byte[] File(GroupNode schema, Action<RowGroupWriter> write, Action<WriterPropertiesBuilder>? configure = null) =>
        Write(stream => new ParquetFileWriter(stream, schema, Properties(configure)), [write]);

    /// <summary>No row group at all.</summary>
    public static byte[] Empty(GroupNode schema) => Write(stream => new ParquetFileWriter(stream, schema, Properties(null)), []);

    public static void Column<T>(this RowGroupWriter group, params T[] values)
    {
        using var writer = group.NextColumn().LogicalWriter<T>();
        writer.WriteBatch(values);
    }

    /// <summary>Values and levels as they are stored.</summary>
    public static void Levels<T>(this RowGroupWriter group, T[] values, short[] definitions, short[] repetitions)
        where T : unmanaged
    {
        using var writer = (ColumnWriter<T>)group.NextColumn();
        writer.WriteBatch(definitions.Length, definitions, repetitions, values);
    }

    public static GroupNode Root(params Node[] nodes) => new("schema", Repetition.Required, nodes, null!);

    public static Node Group(string name, Repetition repetition, params Node[] nodes) => new GroupNode(name, repetition, nodes, null!);

    public static Node Leaf(string name, Repetition repetition, PhysicalType type, LogicalType? logical = null, int length = -1) =>
        new PrimitiveNode(name, repetition, logical ?? LogicalType.None(), type, length);

    private static WriterProperties Properties(Action<WriterPropertiesBuilder>? configure)
    {
        using var builder = new WriterPropertiesBuilder();
        configure?.Invoke(builder);
        return builder.Build();
    }

    private static byte[] Write(Func<OutputStream, ParquetFileWriter> open, Action<RowGroupWriter>[] groups)
    {
        using var bytes = new MemoryStream();
        using (var stream = new ManagedOutputStream(bytes, leaveOpen: true))
        using (var file = open(stream))
        {
            foreach (var write in groups)
            {
                using var group = file.AppendRowGroup();
                write(group);
            }

            file.Close();
        }

        return bytes.ToArray();
    }
}
