using Grpc.Core;
using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>Records on their way into messages of at most about 1 MiB; a larger record travels alone.</summary>
internal sealed class RecordBatch(IServerStreamWriter<ReadRecordsResponse> stream)
{
    // Messages above 1 MiB miss the array pool.
    private const int TargetBytes = 1000 * 1024;

    /// <summary>Bytes that a record takes besides image and source, about.</summary>
    private const int RecordOverhead = 64;

    private readonly Dictionary<string, Value> _labels = [];
    private ReadRecordsResponse _response = new();
    private int _bytes;

    public async ValueTask AddAsync(long index, RecordCursor cursor, CancellationToken cancel)
    {
        var image = cursor.ToImage();
        var source = cursor.Source;
        var size = image.Data.Length + source.Length + RecordOverhead;
        if (_bytes + size > TargetBytes)
        {
            await SendAsync(cancel);
        }

        _response.Records.Add(new Record { Index = index, Source = source, Values = { new Value { Image = image }, LabelValue(cursor.Label) } });
        _bytes += size;
    }

    /// <summary>Sends what there is.</summary>
    public async ValueTask SendAsync(CancellationToken cancel)
    {
        if (_response.Records.Count == 0)
        {
            return;
        }

        await stream.WriteAsync(_response, cancel);
        Telemetry.RecordsRead.Add(_response.Records.Count);
        (_response, _bytes) = (new ReadRecordsResponse(), 0);
    }

    // One message object for each label, not for each record. A record without label has a value of no kind.
    private Value LabelValue(string? label)
    {
        if (!_labels.TryGetValue(label ?? "", out var value))
        {
            _labels[label ?? ""] = value = label is null ? new Value() : new Value { StringValue = label };
        }

        return value;
    }
}
