using CsCheck;
using Mesh.Tests.Shared;

namespace Mesh.Shards.Tests;

public sealed class ShardRoundTripTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Batches_read_back_are_the_rows_written()
    {
        Gen.Select(Table.Gen1To4Columns, Gen.Int[1, 100].Array[1, 4]).Sample(
            (table, pieces) =>
            {
                var file = Assert.Single(table.Write(NewFolder(), pieces: pieces));
                Assert.Equal(table.Rows, file.Rows);
                Assert.Equal(new FileInfo(file.Path).Length, file.Bytes);
                using var reader = ShardReader.Open(file.Path);
                Assert.Equal(table.Schema, reader.Schema);
                Assert.Equal(table.Rows, reader.Rows);
                for (var column = 0; column < table.Schema.Columns.Count; column++)
                {
                    var read = new List<byte>();
                    for (var batch = 0; batch < reader.BatchCount; batch++)
                    {
                        read.AddRange(reader.Column(batch, column));
                    }
                    Assert.Equal(table.Columns[column], read);
                }
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void Gather_over_many_shards_equals_a_naive_copy()
    {
        Gen.Select(Table.Gen1To4Columns, Gen.Int[6_000, 16_000], Gen.Int[0, 40], Gen.Int).Sample(
            (table, maxBytes, count, seed) =>
            {
                // Rows of up to 125 × 8 bytes in four columns do not all fit in the smallest bound.
                var files = table.Write(NewFolder(), maxBytes + table.Schema.RowBytes);
                using var set = ShardSet.Open([.. files.Select(file => file.Path)]);
                Assert.Equal(table.Rows, set.Count);
                var random = new Random(seed);
                long[] rows = table.Rows == 0 ? [] : [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(table.Rows))];
                for (var column = 0; column < table.Schema.Columns.Count; column++)
                {
                    var gathered = new byte[rows.Length * table.Schema.Columns[column].RowBytes];
                    set.Gather($"c{column}", rows, gathered);
                    Assert.Equal(rows.SelectMany(row => table.Row(column, row)), gathered);
                }
            },
            iter: 100,
            threads: 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(784)]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(20_000)]
    public void Rows_of_any_size_and_number_are_gathered(int rowBytes)
    {
        // Numbers around those of the rows that are called for ahead.
        var table = Table.Random(new ShardSchema(new ShardColumn("c0", ElementType.UInt8, rowBytes)), 100, seed: rowBytes);
        using var set = ShardSet.Open([.. table.Write(NewFolder(), maxBytes: 200_000).Select(file => file.Path)]);
        foreach (var count in new[] { 0, 1, 2, 9, 10, 11, 15, 16, 17, 100 })
        {
            long[] rows = [.. Enumerable.Range(0, count).Select(i => (long)(i * 37 % table.Rows))];
            var gathered = new byte[count * rowBytes + 1];
            set.Gather("c0", rows, gathered);
            Assert.Equal([.. rows.SelectMany(row => table.Row(0, row)), 0], gathered);
        }
    }

    [Fact]
    public void Shards_of_different_lengths_are_one_table()
    {
        var schema = new ShardSchema(new ShardColumn("x", ElementType.Int16, 3), new ShardColumn("id", ElementType.Int64));
        int[] lengths = [7, 0, 100, 1, 33];
        var tables = lengths.Select((rows, i) => Table.Random(schema, rows, seed: i)).ToArray();
        var paths = tables.SelectMany(table => table.Write(NewFolder(), maxBytes: 3_000)).Select(file => file.Path).ToArray();
        using var set = ShardSet.Open(paths);
        Assert.Equal(lengths.Sum(), set.Count);
        for (var column = 0; column < 2; column++)
        {
            var all = new byte[set.Count * schema.Columns[column].RowBytes];
            set.Gather(schema.Columns[column].Name, [.. Enumerable.Range(0, (int)set.Count).Select(row => (long)row)], all);
            Assert.Equal(tables.SelectMany(table => table.Columns[column]), all);
        }
    }

    [Fact]
    public void Nothing_is_gathered_from_outside_the_set()
    {
        var table = Table.Random(new ShardSchema(new ShardColumn("x", ElementType.UInt8, 10)), 20);
        using var set = ShardSet.Open([table.Write(NewFolder())[0].Path]);
        var destination = new byte[30];
        foreach (var outside in new long[] { -1, 20, long.MaxValue, long.MinValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => set.Gather("x", [0, outside], destination));
        }
        Assert.Throws<ArgumentException>(() => set.Gather("x", [0, 1, 2, 3], destination));
        Assert.Throws<ArgumentException>(() => set.Gather("y", [0], destination));
        Assert.All(destination, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task A_disposed_set_refuses_and_lets_running_calls_finish()
    {
        var table = Table.Random(new ShardSchema(new ShardColumn("x", ElementType.UInt8, 1000)), 2000);
        var paths = table.Write(NewFolder(), maxBytes: 100_000).Select(file => file.Path).ToArray();
        var rows = Enumerable.Range(0, table.Rows).Select(row => (long)row).ToArray();
        for (var round = 0; round < 20; round++)
        {
            var set = ShardSet.Open(paths);
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var gathering = Task.Run(
                () =>
                {
                    var destination = new byte[table.Columns[0].Length];
                    while (true)
                    {
                        set.Gather("x", rows, destination);
                        begun.TrySetResult();
                    }
                },
                TestContext.Current.CancellationToken);
            await begun.Task;
            set.Dispose();
            set.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => gathering);
        }
    }

    public void Dispose() => folder.Dispose();

    private string NewFolder() => folder.File(Guid.NewGuid().ToString("N"));
}
