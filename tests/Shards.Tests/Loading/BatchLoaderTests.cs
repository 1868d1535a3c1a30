using CsCheck;
using Mesh.Shards.Loading;
using Mesh.Tests.Shared;

namespace Mesh.Shards.Tests.Loading;

public sealed class BatchLoaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_sample_comes_once_an_epoch_over_all_ranks_with_its_values()
    {
        Gen.Select(Table.Gen1To4Columns, Gen.Int[1, 40], Gen.Int[1, 5], Gen.Int[2, 5], Gen.Int).Sample(
            (table, batchSize, worldSize, depth, seed) =>
            {
                using var shards = Open(table);
                var order = SampleOrder.Shuffled(table.Rows, batchSize, seed, epoch: 1);
                var seen = new List<int>();
                for (var rank = 0; rank < worldSize; rank++)
                {
                    using var loader = Load(shards, order, rank: rank, worldSize: worldSize, depth: depth);
                    foreach (var batch in loader.Batches(Cancel))
                    {
                        using (batch)
                        {
                            AssertHolds(table, batch);
                            seen.AddRange(batch.Samples.Span);
                        }
                    }
                }
                Assert.Equal(Enumerable.Range(0, table.Rows), seen.Order());
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void A_cursor_goes_on_where_another_number_of_ranks_stopped()
    {
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 40], Gen.Double[0, 1], Gen.Int[1, 4], Gen.Int[1, 4]).Sample(
            (samples, batchSize, part, before, after) =>
            {
                var order = SampleOrder.Shuffled(samples, batchSize, seed: 9, epoch: 2);
                var done = (int)(part * order.Batches);
                var resumed = Epoch(order, before).Take(done).Concat(Epoch(order, after, first: done));
                Assert.Equal(Epoch(order, worldSize: 1), resumed);
            },
            iter: 60,
            threads: 1);

        // The batches of all ranks together.
        static List<string> Epoch(SampleOrder order, int worldSize, int first = 0)
        {
            var ranks = Enumerable.Range(0, worldSize).Select(rank =>
            {
                using var loader = new BatchLoader<HollowBatch>(order, _ => new HollowBatch(), first, rank, worldSize);
                return loader.Batches(Cancel).Select(batch =>
                {
                    using (batch)
                    {
                        return batch.Samples.ToArray();
                    }
                }).ToArray();
            }).ToArray();
            return [.. Enumerable.Range(0, order.Batches - first).Select(batch => string.Join(' ', ranks.SelectMany(rank => rank[batch])))];
        }
    }

    [Fact]
    public void Neither_thread_allocates_once_all_batches_went_round()
    {
        const int Warm = 100;
        var table = Table.Random(new ShardSchema(new ShardColumn("image", ElementType.UInt8, 28, 28), new ShardColumn("label", ElementType.Int64)), 4096);
        using var shards = Open(table);
        var atLoader = new List<long>(1024);
        var atConsumer = new List<long>(1024);
        using (var loader = new BatchLoader<ColumnBatch>(
            SampleOrder.Shuffled(table.Rows, 8, seed: 1, epoch: 0), rows => new Worked(shards, rows, () => atLoader.Add(GC.GetAllocatedBytesForCurrentThread()))))
        {
            foreach (var batch in loader.Batches(Cancel))
            {
                batch.Dispose();
                atConsumer.Add(GC.GetAllocatedBytesForCurrentThread());
            }
        }
        Assert.Equal(512, atConsumer.Count);
        Assert.Equal(0, atConsumer[^1] - atConsumer[Warm]);
        Assert.Equal(0, atLoader[^1] - atLoader[Warm]);
    }

    [Fact]
    public void Batches_share_the_memory_of_a_few()
    {
        using var loader = new BatchLoader<HollowBatch>(SampleOrder.Sequential(100, 1), _ => new HollowBatch(), depth: 3);
        var batches = new HashSet<HollowBatch>();
        foreach (var batch in loader.Batches(Cancel))
        {
            batches.Add(batch);
            batch.Dispose();
            batch.Dispose();
        }
        Assert.InRange(batches.Count, 1, 3);
        loader.Dispose();
        Assert.All(batches, batch => Assert.Equal(1, batch.Freed));
    }

    [Fact]
    public void What_fails_while_loading_comes_after_the_batches_before_it()
    {
        using var loader = new BatchLoader<HollowBatch>(SampleOrder.Sequential(20, 1), _ => new HollowBatch(batch =>
        {
            if (batch.Samples.Span[0] == 7)
            {
                throw new IOException("disk gone");
            }
        }));
        var before = 0;
        for (var again = 0; again < 2; again++)
        {
            var error = Assert.Throws<IOException>(() =>
            {
                foreach (var batch in loader.Batches(Cancel))
                {
                    batch.Dispose();
                    before++;
                }
            });
            Assert.Equal("disk gone", error.Message);
        }
        Assert.Equal(7, before);
    }

    [Fact]
    public void A_batch_that_cannot_be_made_fails_at_the_consumer()
    {
        var table = Table.Random(new ShardSchema(new ShardColumn("x", ElementType.Float32, 1024, 1024)), 1);
        using var shards = Open(table);
        Assert.Contains("no column y", FailureOf(new BatchLoader<ColumnBatch>(SampleOrder.Sequential(1, 1), rows => new ColumnBatch(shards, ["y"], rows))));
        Assert.Contains("600 rows of column x", FailureOf(new BatchLoader<ColumnBatch>(SampleOrder.Sequential(600, 600), rows => new ColumnBatch(shards, ["x"], rows))));

        static string FailureOf(BatchLoader<ColumnBatch> loader)
        {
            using (loader)
            {
                return Assert.Throws<ArgumentException>(() => loader.Batches(Cancel).First()).Message;
            }
        }
    }

    [Fact]
    public void Numbers_of_another_size_than_the_column_has_are_refused()
    {
        var table = Table.Random(new ShardSchema(new ShardColumn("label", ElementType.Int64)), 10);
        using var shards = Open(table);
        using var loader = Load(shards, SampleOrder.Sequential(10, 10));
        using var batch = loader.Batches(Cancel).Single();
        Assert.Equal(table.Columns[0], System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.Column<long>(0)));
        Assert.Contains("label is Int64", Assert.Throws<ArgumentException>(() => batch.Column<float>(0).Length).Message);
    }

    [Fact]
    public void A_consumer_that_keeps_all_batches_is_told_so()
    {
        using var loader = new BatchLoader<HollowBatch>(SampleOrder.Sequential(3, 1), _ => new HollowBatch(), depth: 2);
        using var batches = loader.Batches(Cancel).GetEnumerator();
        Assert.True(batches.MoveNext());
        Assert.True(batches.MoveNext());
        Assert.Contains("all 2 batches", Assert.Throws<InvalidOperationException>(() => batches.MoveNext()).Message);

        // Without harm: one handed back later is loaded again.
        batches.Current.Dispose();
        using var last = Assert.Single(loader.Batches(Cancel));
        Assert.Equal([2], last.Samples.ToArray());
    }

    [Fact]
    public void An_epoch_without_batches_left_is_over_at_once()
    {
        var order = SampleOrder.Sequential(10, 5);
        foreach (var (over, first) in new[] { (order, 2), (SampleOrder.Sequential(0, 5), 0) })
        {
            using var loader = new BatchLoader<HollowBatch>(over, _ => new HollowBatch(), first);
            Assert.Empty(loader.Batches(Cancel));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader<HollowBatch>(order, _ => new HollowBatch(), first: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader<HollowBatch>(order, _ => new HollowBatch(), rank: 2, worldSize: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader<HollowBatch>(order, _ => new HollowBatch(), depth: 1));
    }

    public void Dispose() => folder.Dispose();

    private ShardSet Open(Table table) => ShardSet.Open(
        [.. table.Write(folder.File(Guid.NewGuid().ToString("N")), maxBytes: 8_000_000).Select(file => file.Path)]);

    private static BatchLoader<ColumnBatch> Load(ShardSet shards, SampleOrder order, int rank = 0, int worldSize = 1, int depth = 4) => new(
        order, rows => new ColumnBatch(shards, [.. shards.Schema.Columns.Select(column => column.Name)], rows), 0, rank, worldSize, depth);

    private static void AssertHolds(Table table, ColumnBatch batch)
    {
        for (var column = 0; column < table.Schema.Columns.Count; column++)
        {
            Assert.Equal(batch.Samples.ToArray().SelectMany(row => table.Row(column, row)), batch.Column(column).ToArray());
        }
    }

    /// <summary>With work on the loader's thread.</summary>
    private sealed class Worked(ShardSet shards, int capacity, Action work) : ColumnBatch(shards, ["image", "label"], capacity)
    {
        protected internal override void Load()
        {
            base.Load();
            work();
        }
    }
}
