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
    private readonly Dictionary<Part, RowSequence> _sequences = [];

    public RowWriting(FittedPipeline fitted, PartWriter writer, int cpus)
    {
        _writer = writer;
        _transform = new RecordTransform(fitted, cpus);
        if (fitted.IsSequence)
        {
            // Rows that span records span those of one part alone.
            _sequences = Parts.Kept.ToDictionary(part => part, _ => fitted.NewSequence());
        }
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

        if (_sequences.Count > 0)
        {
            for (var i = 0; i < records.Count; i++)
            {
                _sequences[parts[i]].Push(records[i], rows => _writer.Append(parts[i], rows, 0, 1));
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
    public void EndSeries()
    {
        foreach (var (part, sequence) in _sequences)
        {
            sequence.Flush(rows => _writer.Append(part, rows, 0, 1));
        }
    }

    public void Dispose()
    {
        _transform.Dispose();
        foreach (var sequence in _sequences.Values)
        {
            sequence.Dispose();
        }
    }
}
