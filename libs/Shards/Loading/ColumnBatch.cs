using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Shards.Loading;

/// <summary>
/// Columns of a shard set, row by row as the shards have them: sample i is row i of the set. A derived class may work on them in <see cref="Load"/>, on
/// the loader's thread.
/// </summary>
public class ColumnBatch : LoadedBatch
{
    private readonly ShardSet shards;
    private readonly ShardColumn[] columns;
    private readonly byte[][] values;
    private readonly long[] rows;

    /// <param name="shards">Must be open as long as batches are loaded.</param>
    /// <param name="columns">The columns to load, in the order in which <see cref="Column(int)"/> numbers them.</param>
    /// <param name="capacity">Rows of the largest batch.</param>
    /// <exception cref="ArgumentException">There is no such column, or a batch of it would have 2 GiB or more.</exception>
    public ColumnBatch(ShardSet shards, IReadOnlyList<string> columns, int capacity)
    {
        this.shards = shards;
        this.columns = [.. columns.Select(name => shards.Schema[name])];
        values = [.. this.columns.Select(column => GC.AllocateUninitializedArray<byte>(Bytes(column, capacity)))];
        rows = new long[capacity];
    }

    /// <summary>The values of a column, row by row; the consumer may change them.</summary>
    public Span<byte> Column(int index) => values[index].AsSpan(0, Count * columns[index].RowBytes);

    /// <summary>The same as numbers.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> has another size than the column's elements.</exception>
    public Span<T> Column<T>(int index)
        where T : unmanaged => Unsafe.SizeOf<T>() == columns[index].ElementType.Size
        ? MemoryMarshal.Cast<byte, T>(Column(index))
        : throw new ArgumentException($"Column {columns[index].Name} is {columns[index].ElementType}, not {typeof(T).Name}.", nameof(index));

    protected internal override void Load()
    {
        var samples = Samples.Span;
        for (var i = 0; i < samples.Length; i++)
        {
            rows[i] = samples[i];
        }
        for (var i = 0; i < columns.Length; i++)
        {
            shards.Gather(columns[i].Name, rows.AsSpan(0, samples.Length), values[i]);
        }
    }

    private static int Bytes(ShardColumn column, int rows) => (long)rows * column.RowBytes is var bytes && bytes <= Array.MaxLength
        ? (int)bytes
        : throw new ArgumentException($"{rows} rows of column {column.Name} have {bytes} bytes; a batch has fewer than 2 GiB.", nameof(rows));
}
