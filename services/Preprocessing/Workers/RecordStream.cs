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
        var failures = 0;
        var heard = DateTime.UtcNow;
        while (read < total)
        {
            using var call = datasets.ReadRecords(new ReadRecordsRequest { Name = version.Name, Split = split, Offset = read }, cancellationToken: cancel);
            while (true)
            {
                try
                {
                    if (!await call.ResponseStream.MoveNext(cancel))
                    {
                        break;
                    }
                }
                catch (RpcException e) when (IsBreak(e) && !cancel.IsCancellationRequested && DateTime.UtcNow - heard < patience)
                {
                    logger.RecordsBrokeOff(read, split, e.StatusCode.ToString());
                    failures++;
                    break;
                }

                var records = call.ResponseStream.Current.Records;
                read += records.Count;
                (heard, failures) = (DateTime.UtcNow, 0);
                yield return [.. records.Select(r => ToRaw(r))];
            }

            if (failures == 0 && read < total)
            {
                throw new JobFailure("RECORDS_MISSING", $"{version.Name} gave {read} of the {total} records of {split}.", retryable: true);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(failures == 0 ? 0 : Math.Min(3000, 100 << Math.Min(failures, 5))), cancel);
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

    private static bool IsBreak(RpcException e) => e.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled;
}
