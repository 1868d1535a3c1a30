using Mesh.Preprocessing.Splitting;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Preprocessing.Workers;

/// <summary>Records into the rows of their parts, in record order.</summary>
internal sealed class RowWriting : IDisposable
{
    private readonly PartWriter _writer;
    private readonly RecordTransform _transform;
    private readonly RowSequence? _sequence;
    private Part _last;

    public RowWriting(FittedPipeline fitted, PartWriter writer, int cpus)
    {
        _writer = writer;
        _transform = new RecordTransform(fitted, cpus);
        _sequence = fitted.IsSequence ? fitted.NewSequence() : null;
    }

    /// <summary>Appends what the records give.</summary>
    /// <param name="records">In order.</param>
    /// <param name="parts">Where each of them belongs; those that were dropped are not transformed.</param>
    /// <exception cref="TransformException">The first record (in order) that a transform refused.</exception>
    public void Append(IReadOnlyList<RawRecord> records, IReadOnlyList<Part> parts)
    {
        if (parts.Contains(Part.Dropped))
        {
            records = [.. records.Where((_, i) => parts[i] != Part.Dropped)];
            parts = [.. parts.Where(part => part != Part.Dropped)];
        }

        if (_sequence is not null)
        {
            for (var i = 0; i < records.Count; i++)
            {
                _last = parts[i];
                _sequence.Push(records[i], (int)_last, WriteOne);
            }

            return;
        }

        for (var start = 0; start < records.Count; start += _transform.MaxRows)
        {
            var chunk = records.Skip(start).Take(_transform.MaxRows).ToList();
            var rows = _transform.Apply(chunk);
            // Neighbours of one part in one call.
            for (int from = 0, to; from < chunk.Count; from = to)
            {
                for (to = from + 1; to < chunk.Count && parts[start + to] == parts[start + from]; to++)
                {
                }

                _writer.Append(parts[start + from], rows, from, to - from);
            }
        }
    }

    /// <summary>The records of a split of the data are over: what follows is another series.</summary>
    public void EndSeries() => _sequence?.Flush(WriteOne);

    public void Dispose()
    {
        _transform.Dispose();
        _sequence?.Dispose();
    }

    private void WriteOne(RowBatch rows) => _writer.Append(_last, rows, 0, 1);
}
