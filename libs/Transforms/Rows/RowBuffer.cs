namespace Mesh.Transforms.Rows;

/// <summary>One row of a <see cref="RowBatch"/>: a span for each column.</summary>
public readonly struct RowBuffer
{
    private readonly RowBatch batch;
    private readonly int row;

    internal RowBuffer(RowBatch batch, int row) => (this.batch, this.row) = (batch, row);

    /// <summary>The bytes of one column.</summary>
    public Span<byte> this[int column] => batch.Cell(column, row);
}
