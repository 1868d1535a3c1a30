using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>Records on their way into messages of at most about 1 MiB; a larger record travels alone.</summary>
/// <param name="columns">Indices of those that are sent.</param>
internal sealed class RecordBatch(LiveStream stream, IReadOnlyList<int> columns)
{
    // Messages above 1 MiB miss the array pool.
    private const int TargetBytes = 1000 * 1024;

    /// <summary>Bytes that a record and a value take besides their content, about.</summary>
    private const int RecordOverhead = 32;
    private const int ValueOverhead = 16;

    private readonly RecordValues _values = new();
    private ReadRecordsResponse _response = new();
    private int _bytes;

    public async ValueTask AddAsync(long index, RecordCursor cursor, CancellationToken cancel)
    {
        var record = new Record { Index = index, Source = cursor.Source, Split = cursor.Split };
        var size = record.Source.Length + RecordOverhead;
        foreach (var column in columns)
        {
            var value = _values.Of(cursor.Row, column);
            record.Values.Add(value);
            size += SizeOf(value);
        }

        if (_bytes + size > TargetBytes)
        {
            await SendAsync(cancel);
        }

        _response.Records.Add(record);
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

    // Computing the exact size of a large value would cost a pass over it.
    private static int SizeOf(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.Image => value.Image.Data.Length + ValueOverhead,
        Value.KindOneofCase.BytesValue => value.BytesValue.Length + ValueOverhead,
        Value.KindOneofCase.StringValue => value.StringValue.Length + ValueOverhead,
        Value.KindOneofCase.None or Value.KindOneofCase.Int64Value or Value.KindOneofCase.DoubleValue or Value.KindOneofCase.BoolValue => ValueOverhead,
        _ => value.CalculateSize(),
    };
}
