using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers;

/// <summary>The records of a split, in order, in batches of about 1 MiB. When Ingest breaks off, it goes on at the next record.</summary>
internal sealed class RecordStream(
    DatasetService.DatasetServiceClient datasets, DatasetVersion version, RawRecords records, TimeSpan patience, ILogger logger)
{
    private readonly string[] _columns = [.. records.Schema.Columns.Select(c => c.Name)];

    /// <summary>The class that a record belongs to; null when it has none.</summary>
    public string? ClassOf(in RawRecord record) => records.ClassOf(record);

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
                new ReadRecordsRequest { Name = version.Name, Split = split, Offset = read, Columns = { _columns } }, cancellationToken: silence.Token);
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

                var batch = call.ResponseStream.Current.Records;
                read += batch.Count;
                waiting.Heard();
                yield return [.. batch.Select(records.Of)];
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
}
