using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers;

/// <summary>The record stage of a batch, on every core, into one reused buffer; rows keep the order of the records.</summary>
internal sealed class RecordTransform(FittedPipeline fitted, int cpus)
{
    private const int BufferBytes = 16 << 20;

    private readonly int _length = fitted.RecordLength;
    private byte[] _rows = [];
    private long[] _labels = [];

    /// <summary>Rows that fit the buffer, at least one: a batch of small files may come out as large images.</summary>
    public int MaxRows => Math.Max(1, BufferBytes / _length);

    /// <param name="batch">At most <see cref="MaxRows"/>.</param>
    /// <exception cref="TransformException">The first record (in order) that a transform refused.</exception>
    public void Apply(IReadOnlyList<RawRecord> batch)
    {
        if (_labels.Length < batch.Count)
        {
            (_rows, _labels) = (new byte[batch.Count * _length], new long[batch.Count]);
        }

        var failed = new TransformException?[batch.Count];
        Parallel.For(0, batch.Count, new ParallelOptions { MaxDegreeOfParallelism = cpus }, i =>
        {
            try
            {
                fitted.ApplyRecord(batch[i], _rows.AsSpan(i * _length, _length), out _labels[i]);
            }
            catch (TransformException e)
            {
                failed[i] = e;
            }
        });
        if (Array.Find(failed, e => e is not null) is { } first)
        {
            throw first;
        }
    }

    public ReadOnlyMemory<byte> Row(int index) => _rows.AsMemory(index * _length, _length);

    /// <summary>Class index, or −1.</summary>
    public long Label(int index) => _labels[index];
}
