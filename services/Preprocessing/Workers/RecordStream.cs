using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Pipelines;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers;

/// <summary>The records of a split, in order, in batches of about 1 MiB. When Ingest breaks off, it goes on at the next record.</summary>
internal sealed class RecordStream(DatasetService.DatasetServiceClient datasets, DatasetVersion version, TimeSpan patience, ILogger logger)
{
    private readonly int _label = version.Schema.Columns.ToList().FindIndex(c => c is { Name: DataSchema.Label, Type: ColumnType.String });

    /// <summary>The columns of every record.</summary>
    public RecordSchema Schema { get; } = DataSchema.Of(version);

    /// <summary>The class that a record belongs to; null when it has none.</summary>
    public string? ClassOf(in RawRecord record) =>
        _label >= 0 && record.Values.Span[_label] is { IsMissing: false } label ? label.Text : null;

    /// <exception cref="JobFailure">Ingest is silent, or a record is not of the version's schema.</exception>
    public async IAsyncEnumerable<IReadOnlyList<RawRecord>> ReadAsync(string split, [EnumeratorCancellation] CancellationToken cancel)
    {
        var total = version.Splits.First(s => s.Name == split).RecordCount;
        var read = 0L;
        var waiting = new IngestPatience(patience);
        while (read < total)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            using var call = datasets.ReadRecords(
                new ReadRecordsRequest { Name = version.Name, Split = split, Offset = read }, cancellationToken: silence.Token);
            var broke = false;
            while (true)
            {
                try
                {
                    // Only while it is Ingest's turn: what the worker does with a batch takes the time it takes.
                    silence.CancelAfter(patience);
                    if (!await call.ResponseStream.MoveNext(silence.Token))
                    {
                        break;
                    }

                    silence.CancelAfter(Timeout.InfiniteTimeSpan);
                }
                catch (RpcException e) when (silence.IsCancellationRequested && !cancel.IsCancellationRequested)
                {
                    throw new JobFailure(
                        "INGEST_SILENT", $"Ingest sent nothing of {version.Name} for {patience.TotalSeconds} seconds.", retryable: true, inner: e);
                }
                catch (RpcException e) when (waiting.Has(e, cancel))
                {
                    logger.RecordsBrokeOff(read, split, e.StatusCode.ToString());
                    broke = true;
                    break;
                }

                var records = call.ResponseStream.Current.Records;
                read += records.Count;
                waiting.Heard();
                yield return [.. records.Select(r => ToRaw(r))];
            }

            if (broke)
            {
                await waiting.WaitAsync(cancel);
            }
            else if (read < total)
            {
                throw new JobFailure("RECORDS_MISSING", $"{version.Name} gave {read} of the {total} records of {split}.", retryable: true);
            }
        }
    }

    /// <summary>Bytes stay in the message; nothing is copied.</summary>
    private RawRecord ToRaw(Record record)
    {
        if (record.Values.Count != Schema.Columns.Count)
        {
            throw new JobFailure("MALFORMED_RECORD", $"{record.Source} has {record.Values.Count} values; {version.Name} has {Schema.Columns.Count} columns.");
        }

        var values = new RecordValue[record.Values.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ToRaw(record.Values[i]);
            if (!values[i].IsMissing && values[i].Kind != Schema.Columns[i].Kind)
            {
                throw new JobFailure("MALFORMED_RECORD", $"{record.Source}: {Schema.Columns[i].Name} is {values[i].Kind.Word}; its column is {Schema.Columns[i].Kind.Word}.");
            }
        }

        return new RawRecord(record.Source, Schema, values);
    }

    private static RecordValue ToRaw(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.Image => RecordValue.OfImage(value.Image.Encoding == ImageEncoding.Raw
            ? RawImage.OfPixels(value.Image.Data.Memory, value.Image.Height, value.Image.Width, value.Image.Channels)
            : RawImage.OfFile(value.Image.Data.Memory)),
        Value.KindOneofCase.StringValue => RecordValue.OfText(value.StringValue),
        Value.KindOneofCase.Int64Value => RecordValue.OfInteger(value.Int64Value),
        Value.KindOneofCase.DoubleValue => RecordValue.OfNumber(value.DoubleValue),
        Value.KindOneofCase.BoolValue => RecordValue.OfBoolean(value.BoolValue),
        Value.KindOneofCase.BytesValue => RecordValue.OfBytes(value.BytesValue.Memory),
        _ => RecordValue.Missing,
    };
}
