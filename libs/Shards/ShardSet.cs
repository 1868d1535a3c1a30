using System.Runtime.Intrinsics.X86;

namespace Mesh.Shards;

/// <summary>Shards of one schema, memory-mapped and read as one table: row 0 is the first of the first shard. Safe for many threads.</summary>
public sealed unsafe class ShardSet : IDisposable
{
    // Rows at random places wait for memory, so those that come next are called for ahead: so many bytes of them, and of a long row its start only
    // (the processor sees by itself how it goes on). Measured in 256 MB: rows of 784 bytes come twice as fast by it, of 8 bytes or 3 kB by half, of 8 kB
    // by a fifth, of 150 kB no faster. Huge pages gained nothing on top.
    private const int PrefetchedBytes = 8192;
    private const int MaxPrefetchedRows = 16;
    private const int MaxPrefetchedRowBytes = 4096;
    private const int CacheLine = 64;

    private readonly UseCount use;
    private readonly RowLocator locator;

    // For each column, where each batch's rows start in memory.
    private readonly byte*[][] starts;

    private ShardSet(ShardReader[] shards)
    {
        use = new UseCount(() => Array.ForEach(shards, shard => shard.Dispose()));
        Schema = shards[0].Schema;
        var batches = shards
            .SelectMany(shard => Enumerable.Range(0, shard.BatchCount).Select(batch => (Shard: shard, Batch: batch)))
            .Where(at => at.Shard.RowsIn(at.Batch) > 0)
            .ToArray();
        locator = new RowLocator([.. batches.Select(at => at.Shard.RowsIn(at.Batch))]);
        starts = new byte*[Schema.Columns.Count][];
        for (var column = 0; column < starts.Length; column++)
        {
            starts[column] = new byte*[batches.Length];
            for (var i = 0; i < batches.Length; i++)
            {
                starts[column][i] = batches[i].Shard.File.Start + batches[i].Shard.OffsetOf(batches[i].Batch, column);
            }
        }
    }

    public ShardSchema Schema { get; }

    /// <summary>Rows of all shards.</summary>
    public long Count => locator.Count;

    /// <exception cref="ShardFormatException">A file is not a shard, or its schema differs from the first one's.</exception>
    /// <exception cref="ArgumentException">No paths.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static ShardSet Open(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            throw new ArgumentException("A set has at least one shard.", nameof(paths));
        }
        var opened = new List<ShardReader>();
        try
        {
            foreach (var path in paths)
            {
                opened.Add(ShardReader.Open(path));
                if (!opened[^1].Schema.Equals(opened[0].Schema))
                {
                    throw new ShardFormatException(path, $"its columns ({opened[^1].Schema}) are not those of the first shard ({opened[0].Schema})");
                }
            }
            return new ShardSet([.. opened]);
        }
        catch
        {
            opened.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    /// <summary>Copies rows of a column, back to back in the order given, to the start of <paramref name="destination"/>. Nothing is copied when it throws.</summary>
    /// <exception cref="ArgumentException">No such column, or the destination is smaller than the rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the set.</exception>
    /// <exception cref="ObjectDisposedException">The set is disposed.</exception>
    public void Gather(string column, ReadOnlySpan<long> rows, Span<byte> destination)
    {
        var index = Schema.IndexOf(column);
        var rowBytes = Schema.Columns[index].RowBytes;
        if (destination.Length < (long)rows.Length * rowBytes)
        {
            throw new ArgumentException($"{rows.Length} rows of {column} have {(long)rows.Length * rowBytes} bytes; the destination has {destination.Length}.", nameof(destination));
        }
        foreach (var row in rows)
        {
            if ((ulong)row >= (ulong)Count)
            {
                throw new ArgumentOutOfRangeException(nameof(rows), row, $"The set has {Count} rows.");
            }
        }
        use.Enter();
        try
        {
            fixed (byte* target = destination)
            {
                Copy(starts[index], rowBytes, rows, target);
            }
        }
        finally
        {
            use.Exit();
        }
    }

    /// <summary>Unmaps the shards, once the calls that are under way are done.</summary>
    public void Dispose() => use.Dispose();

    private void Copy(byte*[] batches, int rowBytes, ReadOnlySpan<long> rows, byte* target)
    {
        var ahead = Math.Clamp(PrefetchedBytes / rowBytes, 1, MaxPrefetchedRows);
        foreach (var row in rows[..Math.Min(ahead, rows.Length)])
        {
            Prefetch(Address(batches, rowBytes, row), rowBytes);
        }
        for (var i = 0; i < rows.Length; i++)
        {
            if (ahead < rows.Length - i)
            {
                Prefetch(Address(batches, rowBytes, rows[i + ahead]), rowBytes);
            }
            var source = Address(batches, rowBytes, rows[i]);
            switch (rowBytes)
            {
                case 1:
                    target[i] = *source;
                    break;
                case 4:
                    ((int*)target)[i] = *(int*)source;
                    break;
                case 8:
                    ((long*)target)[i] = *(long*)source;
                    break;
                default:
                    Buffer.MemoryCopy(source, target + (long)i * rowBytes, rowBytes, rowBytes);
                    break;
            }
        }
    }

    private static void Prefetch(byte* row, int rowBytes)
    {
        if (Sse.IsSupported)
        {
            for (var line = 0; line < Math.Min(rowBytes, MaxPrefetchedRowBytes); line += CacheLine)
            {
                Sse.Prefetch0(row + line);
            }
        }
    }

    private byte* Address(byte*[] batches, int rowBytes, long row)
    {
        var (batch, inBatch) = locator.Locate(row);
        return batches[batch] + (long)inBatch * rowBytes;
    }
}
