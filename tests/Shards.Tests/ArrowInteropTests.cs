using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Mesh.Tests.Shared;

namespace Mesh.Shards.Tests;

/// <summary>Shards read by Apache's own Arrow library.</summary>
public sealed class ArrowInteropTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Every_element_type_and_shape_is_read_by_apache_arrow()
    {
        var schema = new ShardSchema([.. Enum.GetValues<ElementType>().SelectMany(type => new[]
        {
            new ShardColumn($"{type}", type),
            new ShardColumn($"{type} tensor", type, 2, 3),
        })]);
        var table = Table.Random(schema, 5000);
        var file = Assert.Single(table.Write(folder.Path));

        await using var stream = File.OpenRead(file.Path);
        using var reader = new ArrowFileReader(stream);
        var read = schema.Columns.Select(_ => new List<byte>()).ToArray();
        while (await reader.ReadNextRecordBatchAsync(TestContext.Current.CancellationToken) is { } batch)
        {
            using (batch)
            {
                Assert.Equal("1", batch.Schema.Metadata["format_version"]);
                for (var i = 0; i < read.Length; i++)
                {
                    CheckField(schema.Columns[i], batch.Schema.FieldsList[i]);
                    read[i].AddRange(Data(batch.Column(i)).Span[..(batch.Length * schema.Columns[i].RowBytes)]);
                }
            }
        }
        Assert.All(read.Zip(table.Columns), pair => Assert.Equal(pair.Second, pair.First));
    }

    [Fact]
    public async Task An_empty_shard_keeps_its_schema()
    {
        var schema = new ShardSchema(new ShardColumn("x", ElementType.Float32, 4));
        var file = Assert.Single(Table.Random(schema, 0).Write(folder.Path));
        await using var stream = File.OpenRead(file.Path);
        using var reader = new ArrowFileReader(stream);
        Assert.Equal("x", Assert.Single((await reader.GetSchema(TestContext.Current.CancellationToken)).FieldsList).Name);
        Assert.Equal(0, await reader.RecordBatchCountAsync());
        using var set = ShardSet.Open([file.Path]);
        Assert.Equal((0, schema), (set.Count, set.Schema));
    }

    [Fact]
    public async Task A_shard_is_also_a_stream()
    {
        // The messages between the magic and the footer are what an Arrow stream is.
        var table = Table.Random(new ShardSchema(new ShardColumn("id", ElementType.Int32)), 100_000);
        await using var stream = File.OpenRead(table.Write(folder.Path)[0].Path);
        stream.Position = 8;
        using var reader = new ArrowStreamReader(stream);
        var rows = 0;
        while (await reader.ReadNextRecordBatchAsync(TestContext.Current.CancellationToken) is { } batch)
        {
            rows += batch.Length;
            batch.Dispose();
        }
        Assert.Equal(100_000, rows);
    }

    [Fact]
    public void Data_is_aligned_to_64_bytes()
    {
        var table = Table.Random(new ShardSchema(new ShardColumn("a", ElementType.UInt8, 3), new ShardColumn("b", ElementType.Float32)), 100_001);
        using var reader = ShardReader.Open(table.Write(folder.Path)[0].Path);
        for (var batch = 0; batch < reader.BatchCount; batch++)
        {
            Assert.Equal((0, 0), (reader.OffsetOf(batch, 0) % 64, reader.OffsetOf(batch, 1) % 64));
        }
    }

    public void Dispose() => folder.Dispose();

    private static void CheckField(ShardColumn column, Field field)
    {
        Assert.Equal(column.Name, field.Name);
        Assert.False(field.IsNullable);
        var element = column.IsScalar ? field.DataType : Assert.IsType<FixedSizeListType>(field.DataType).ValueDataType;
        Assert.Equal(column.ElementType.ToString(), element.TypeId is ArrowTypeId.HalfFloat ? "Float16"
            : element.TypeId is ArrowTypeId.Float ? "Float32"
            : element.TypeId is ArrowTypeId.Double ? "Float64"
            : element.TypeId.ToString());
        if (!column.IsScalar)
        {
            Assert.Equal(6, ((FixedSizeListType)field.DataType).ListSize);
            Assert.Equal("arrow.fixed_shape_tensor", field.Metadata["ARROW:extension:name"]);
            Assert.Equal("""{"shape":[2,3]}""", field.Metadata["ARROW:extension:metadata"]);
        }
    }

    private static ReadOnlyMemory<byte> Data(IArrowArray array) => array.Data is { DataType: FixedSizeListType } list
        ? list.Children[0].Buffers[1].Memory
        : array.Data.Buffers[1].Memory;
}
