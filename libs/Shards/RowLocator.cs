using System.Numerics;

namespace Mesh.Shards;

/// <summary>Finds the batch that holds a row of a set of shards: by a shift when all batches but the last have the same power of two of rows, else by bisection.</summary>
internal readonly struct RowLocator
{
    private readonly long[] starts;
    private readonly int shift;
    private readonly long mask;

    /// <param name="batchRows">The rows of each batch; none is empty.</param>
    public RowLocator(IReadOnlyList<int> batchRows)
    {
        starts = new long[batchRows.Count];
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = Count;
            Count += batchRows[i];
        }
        var uniform = batchRows.Count > 0
            && BitOperations.IsPow2(batchRows[0])
            && batchRows.SkipLast(1).All(rows => rows == batchRows[0])
            && batchRows[^1] <= batchRows[0];
        shift = uniform ? BitOperations.Log2((uint)batchRows[0]) : -1;
        mask = uniform ? batchRows[0] - 1 : 0;
    }

    public long Count { get; }

    /// <summary>For a row that is in range.</summary>
    public (int Batch, int Row) Locate(long row)
    {
        if (shift >= 0)
        {
            return ((int)(row >> shift), (int)(row & mask));
        }
        var found = Array.BinarySearch(starts, row);
        var batch = found >= 0 ? found : ~found - 1;
        return (batch, (int)(row - starts[batch]));
    }
}
