using System.Buffers;
using Mesh.Shards;

namespace Mesh.Transforms.Rows;

/// <summary>Room for rows, column by column as shards and tensors have them: the rows of a column lie back to back.</summary>
public sealed class RowBatch : IDisposable
{
    private readonly Memory<byte>[] columns;
    private readonly int[] lengths;
    private readonly byte[]?[] rented;

    private RowBatch(IReadOnlyList<ShardColumn> columns, int rows, Memory<byte>[] memory, byte[]?[] rented)
    {
        (this.columns, this.rented, Rows) = (memory, rented, rows);
        lengths = [.. columns.Select(column => column.RowBytes)];
    }

    /// <summary>How many there is room for.</summary>
    public int Rows { get; }

    /// <summary>One of the rows.</summary>
    public RowBuffer this[int row] => (uint)row < (uint)Rows ? new(this, row) : throw new ArgumentOutOfRangeException(nameof(row), row, $"There is room for {Rows} rows.");

    /// <summary>Pooled memory with arbitrary content; goes back on dispose.</summary>
    public static RowBatch Rent(IReadOnlyList<ShardColumn> columns, int rows)
    {
        byte[][] rented = [.. columns.Select(column => ArrayPool<byte>.Shared.Rent(checked(column.RowBytes * rows)))];
        return new(columns, rows, [.. columns.Select((column, i) => rented[i].AsMemory(0, column.RowBytes * rows))], rented);
    }

    /// <summary>Memory of the caller's, one piece for each column.</summary>
    /// <exception cref="ArgumentException">A piece is missing, or does not have exactly the bytes of the rows.</exception>
    public static RowBatch Over(IReadOnlyList<ShardColumn> columns, int rows, params Memory<byte>[] memory)
    {
        if (memory.Length != columns.Count)
            throw new ArgumentException($"There are {columns.Count} columns, not {memory.Length}.", nameof(memory));
        for (var i = 0; i < memory.Length; i++)
        {
            if (memory[i].Length != (long)rows * columns[i].RowBytes)
                throw new ArgumentException($"{rows} rows of {columns[i].Name} have {(long)rows * columns[i].RowBytes} bytes, not {memory[i].Length}.", nameof(memory));
        }

        return new(columns, rows, memory, []);
    }

    /// <summary>Consecutive rows of a column.</summary>
    public Memory<byte> Column(int column, int from, int count) => columns[column].Slice(from * lengths[column], count * lengths[column]);

    /// <summary>All rows of a column.</summary>
    public Memory<byte> Column(int column) => columns[column];

    public void Dispose()
    {
        foreach (var array in rented)
        {
            if (array is not null)
                ArrayPool<byte>.Shared.Return(array);
        }

        Array.Clear(rented);
    }

    internal Span<byte> Cell(int column, int row) => columns[column].Span.Slice(row * lengths[column], lengths[column]);
}
