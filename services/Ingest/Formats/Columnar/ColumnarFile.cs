using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>One file of typed columns being read row by row.</summary>
internal abstract class ColumnarFile : IAsyncDisposable
{
    /// <summary>The columns that it has, told apart, with the types that their values have there.</summary>
    public abstract IReadOnlyList<(string Name, ColumnType Type)> Columns { get; }

    /// <summary>The row it stands on, from 0.</summary>
    public long Row { get; protected set; } = -1;

    /// <summary>Rows in all; 0 when that shows only at the end.</summary>
    public virtual long Rows => 0;

    /// <summary>Where reading can begin with the row: bytes of the head that are read again, and where the content goes on. Null where it cannot.</summary>
    public virtual (long Head, long Offset)? Start => null;

    /// <summary>Moves to the next row without reading it.</summary>
    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancel);

    /// <summary>Puts the row's values into a record that has begun; at most once.</summary>
    /// <param name="places">For each column its place in the record.</param>
    /// <returns>Why it is rejected; null when nothing is wrong with any of them.</returns>
    public abstract string? Read(ColumnarRow row, int[] places);

    public abstract ValueTask DisposeAsync();
}
