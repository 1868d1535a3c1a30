using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers;

/// <summary>The records of a split, in order, in batches of about 1 MiB. When Ingest breaks off, it goes on at the next record.</summary>
internal sealed class RecordStream(DatasetService.DatasetServiceClient datasets, DatasetVersion version, TimeSpan patience, ILogger logger)
{
    private readonly int _image = version.Schema.Columns.ToList().FindIndex(c => c.Type == ColumnType.Image);
    private readonly int _label = version.Schema.Columns.ToList().FindIndex(c => c is { Name: "label", Type: ColumnType.String });

    /// <exception cref="JobFailure">The version has no images.</exception>
    public async IAsyncEnumerable<IReadOnlyList<RawRecord>> ReadAsync(string split, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (_image < 0)
        {
            throw new JobFailure("NO_IMAGES", $"{version.Name} has no image column; its columns are {string.Join(", ", version.Schema.Columns.Select(c => c.Name))}.");
        }

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

    /// <summary>The image's bytes stay in the message; nothing is copied.</summary>
    private RawRecord ToRaw(Record record)
    {
        var label = _label >= 0 && record.Values[_label].HasStringValue ? record.Values[_label].StringValue : null;
        var image = record.Values[_image].Image ?? throw new JobFailure("NO_IMAGE", $"{record.Source} has no image.");
        return image.Encoding == ImageEncoding.Raw
            ? RawRecord.Raw(record.Source, image.Data.Memory, image.Height, image.Width, image.Channels, label)
            : RawRecord.Encoded(record.Source, image.Data.Memory, label);
    }
}
