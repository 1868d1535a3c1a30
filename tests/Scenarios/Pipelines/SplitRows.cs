using System.Runtime.InteropServices;
using Mesh.Shards;

namespace Mesh.Scenarios.Pipelines;

/// <summary>The rows of a split, column by column.</summary>
public sealed class SplitRows(ShardSet shards) : IDisposable
{
    public long Count => shards.Count;

    public ShardSchema Schema => shards.Schema;

    /// <summary>All rows of a column, back to back.</summary>
    public byte[] Bytes(string column)
    {
        var rows = new long[Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        var bytes = new byte[checked(Count * Column(column).RowBytes)];
        shards.Gather(column, rows, bytes);
        return bytes;
    }

    /// <summary>All rows of a float32 column; one array for each row.</summary>
    public double[][] Numbers(string column) =>
        [.. Array.ConvertAll(MemoryMarshal.Cast<byte, float>(Bytes(column)).ToArray(), number => (double)number).Chunk(Column(column).RowElements)];

    /// <summary>Numbers of a column of integers, row after row.</summary>
    public long[] Integers(string column)
    {
        var bytes = Bytes(column);
        return Column(column).ElementType switch
        {
            ElementType.UInt8 => Array.ConvertAll(bytes, number => (long)number),
            ElementType.Int32 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), number => (long)number),
            ElementType.Int64 => MemoryMarshal.Cast<byte, long>(bytes).ToArray(),
            var other => throw new NotSupportedException($"{column} is of {other}."),
        };
    }

    public ShardColumn Column(string name) => Schema.Columns[Schema.IndexOf(name)];

    public void Dispose() => shards.Dispose();
}
