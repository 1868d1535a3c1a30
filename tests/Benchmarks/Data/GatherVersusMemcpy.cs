using Mesh.Shards;
using Mesh.Shards.Loading;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// All rows of a mapped shard set in random order, 128 at a time into one reused buffer, against copying the same bytes in file order from a map of the
/// same files into that buffer. Both find the files in the page cache and their pages mapped. The value is bytes/s to bytes/s.
/// </summary>
internal static class GatherVersusMemcpy
{
    private const int BatchSize = 128;
    private const int Rounds = 15;

    /// <summary>Rows of 784 bytes in one shard of 48 MB.</summary>
    public static readonly Benchmark SmallRows = new(
        "loader.gather_vs_memcpy_28", Target.AtLeast(0.4), () => Measure([1, 28, 28], rows: 60_000, ShardLayout.DefaultMaxBytes, passes: 20));

    /// <summary>Rows of 150,528 bytes in four shards, 256 MB together.</summary>
    public static readonly Benchmark LargeRows = new(
        "loader.gather_vs_memcpy_224", Target.AtLeast(0.9), () => Measure([3, 224, 224], rows: 1_700, maxShardBytes: 64 << 20, passes: 6));

    private static double Measure(int[] shape, int rows, long maxShardBytes, int passes)
    {
        using var shards = new RandomShards(shape, rows, maxShardBytes);
        var readers = shards.Paths.Select(ShardReader.Open).ToArray();
        var buffer = new byte[BatchSize * shards.Set.Schema["image"].RowBytes];
        var order = SampleOrder.Shuffled(rows, BatchSize, seed: 1, epoch: 0);
        var batches = Enumerable.Range(0, order.Batches).Select(i => order.Batch(i).ToArray().Select(row => (long)row).ToArray()).ToArray();

        var seconds = InterleavedRuns.MedianSeconds(
            Rounds,
            () => Repeat(passes, () => Gather(shards.Set, batches, buffer)),
            () => Repeat(passes, () => Array.ForEach(readers, reader => Copy(reader, buffer))));
        Array.ForEach(readers, reader => reader.Dispose());
        return seconds[1] / seconds[0];
    }

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    }

    private static void Gather(ShardSet set, long[][] batches, byte[] buffer)
    {
        foreach (var rows in batches)
        {
            set.Gather("image", rows, buffer);
        }
    }

    // Goes round in the buffer, in pieces that end where a record batch or the buffer does.
    private static void Copy(ShardReader reader, byte[] buffer)
    {
        var at = 0;
        for (var batch = 0; batch < reader.BatchCount; batch++)
        {
            for (var rest = reader.Column(batch, 0); rest.Length > 0;)
            {
                var part = Math.Min(rest.Length, buffer.Length - at);
                rest[..part].CopyTo(buffer.AsSpan(at));
                rest = rest[part..];
                at = (at + part) % buffer.Length;
            }
        }
    }
}
