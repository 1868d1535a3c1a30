using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Preprocessing.Workers;

/// <summary>The record stage of a batch, on every core, into one reused buffer; rows keep the order of the records.</summary>
internal sealed class RecordTransform(FittedPipeline fitted, int cpus) : IDisposable
{
    private const int BufferBytes = 16 << 20;

    private readonly long _rowBytes = fitted.Columns.Sum(column => (long)column.RowBytes);
    private RowBatch _rows = RowBatch.Rent(fitted.Columns, 0);

    /// <summary>Rows that fit the buffer, at least one: a batch of small files may come out as large images.</summary>
    public int MaxRows => (int)Math.Max(1, BufferBytes / _rowBytes);

    /// <param name="batch">At most <see cref="MaxRows"/>.</param>
    /// <returns>A row for each record; good until the next call.</returns>
    /// <exception cref="TransformException">The first record (in order) that a transform refused.</exception>
    public RowBatch Apply(IReadOnlyList<RawRecord> batch)
    {
        if (_rows.Rows < batch.Count)
        {
            _rows.Dispose();
            _rows = RowBatch.Rent(fitted.Columns, batch.Count);
        }

        var failed = new TransformException?[batch.Count];
        Parallel.For(0, batch.Count, new ParallelOptions { MaxDegreeOfParallelism = cpus }, i =>
        {
            try
            {
                fitted.ApplyRecord(batch[i], _rows[i]);
            }
            catch (TransformException e)
            {
                failed[i] = e;
            }
        });
        return Array.Find(failed, e => e is not null) is { } first ? throw first : _rows;
    }

    public void Dispose() => _rows.Dispose();
}
