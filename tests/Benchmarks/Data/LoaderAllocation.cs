using Mesh.Shards;
using Mesh.Shards.Loading;

namespace Mesh.Benchmarks.Data;

/// <summary>Bytes that the loader's thread and the consumer's together allocate on the managed heap for each batch of two columns, once all batches went round.</summary>
internal static class LoaderAllocation
{
    private const int Rows = 60_000;
    private const int BatchSize = 128;
    private const int WarmBatches = 50;

    public static readonly Benchmark Benchmark = new("loader.bytes_allocated_per_batch", Target.AtMost(0), Measure);

    private static double Measure()
    {
        using var shards = new RandomShards([1, 28, 28], Rows);
        var (loading, consuming) = (new ThreadAllocation(), new ThreadAllocation());
        using (var loader = new BatchLoader<ColumnBatch>(
            SampleOrder.Shuffled(Rows, BatchSize, seed: 1, epoch: 0), rows => new MeasuredBatch(shards.Set, rows, loading)))
        {
            foreach (var batch in loader.Batches())
            {
                batch.Dispose();
                consuming.CountBatch();
            }
        }
        return loading.BytesPerBatch + consuming.BytesPerBatch;
    }

    private sealed class MeasuredBatch(ShardSet shards, int capacity, ThreadAllocation allocation) : ColumnBatch(shards, ["image", "label"], capacity)
    {
        protected override void Load()
        {
            base.Load();
            allocation.CountBatch();
        }
    }

    /// <summary>Of the thread that counts the batches.</summary>
    private sealed class ThreadAllocation
    {
        private int batches;
        private long warm;
        private long last;

        public double BytesPerBatch => (double)(last - warm) / (batches - WarmBatches);

        public void CountBatch()
        {
            last = GC.GetAllocatedBytesForCurrentThread();
            if (++batches == WarmBatches)
            {
                warm = last;
            }
        }
    }
}
