using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Preprocessing.Workers;

/// <summary>The record stage of a batch, on every core, into one reused buffer; rows keep the order of the records.</summary>
internal sealed class RecordTransform(FittedPipeline fitted, int cpus) : IDisposable
{
    private const int BufferBytes = 16 << 20;

    /// <summary>How often a core comes for more records of a batch, at most.</summary>
    private const int MaxClaims = 64;

    private readonly RowBatch _rows = RowBatch.Rent(fitted.Columns, (int)Math.Max(1, BufferBytes / fitted.Columns.Sum(column => (long)column.RowBytes)));

    /// <summary>Rows that fit the buffer, at least one: a batch of small files may come out as large images.</summary>
    public int MaxRows => _rows.Rows;

    /// <param name="batch">At most <see cref="MaxRows"/>.</param>
    /// <returns>A row for each record; good until the next call.</returns>
    /// <exception cref="TransformException">The first record (in order) that a transform refused.</exception>
    public RowBatch Apply(IReadOnlyList<RawRecord> batch)
    {
        var next = 0;
        var failed = new TransformException?[batch.Count];
        // Each core takes a few at a time: records differ in what they cost, and the last ones should be done on all cores at once.
        var few = Math.Max(1, batch.Count / (MaxClaims * cpus));
        Parallel.For(0, cpus, new ParallelOptions { MaxDegreeOfParallelism = cpus }, _ =>
        {
            for (int start; (start = Interlocked.Add(ref next, few) - few) < batch.Count;)
            {
                Apply(batch, start, Math.Min(start + few, batch.Count), failed);
            }
        });
        return Array.Find(failed, e => e is not null) is { } first ? throw first : _rows;
    }

    public void Dispose() => _rows.Dispose();

    private void Apply(IReadOnlyList<RawRecord> batch, int start, int end, TransformException?[] failed)
    {
        for (var i = start; i < end; i++)
        {
            try
            {
                fitted.ApplyRecord(batch[i], _rows[i]);
            }
            catch (TransformException e)
            {
                failed[i] = e;
            }
        }
    }
}
