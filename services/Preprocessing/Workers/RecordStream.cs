using System.Runtime.CompilerServices;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.V1;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers;

/// <summary>Records of a version, in order, in batches of about 1 MiB. When Ingest breaks off, it goes on at the next record.</summary>
internal sealed class RecordStream(DatasetService.DatasetServiceClient datasets, DatasetVersion version, TimeSpan patience, ILogger logger)
{
    /// <summary>All records of a split.</summary>
    /// <param name="records">The columns to be read.</param>
    /// <exception cref="JobFailure">Ingest is silent, or a record is not of the version's schema.</exception>
    public IAsyncEnumerable<IReadOnlyList<RawRecord>> ReadAsync(string split, RawRecords records, CancellationToken cancel) =>
        ReadAsync(new PartitionRange { Split = split, RecordCount = version.Splits.First(s => s.Name == split).RecordCount }, records, cancel);

    /// <summary>Some of them.</summary>
    /// <inheritdoc cref="ReadAsync(string, RawRecords, CancellationToken)"/>
    public async IAsyncEnumerable<IReadOnlyList<RawRecord>> ReadAsync(
        PartitionRange range, RawRecords records, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (split, offset, count) = (range.Split, range.Offset, range.RecordCount);
        var read = 0L;
        var waiting = new IngestPatience(patience);
        while (read < count)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            using var call = datasets.ReadRecords(
                new ReadRecordsRequest { Name = version.Name, Split = split, Offset = offset + read, Limit = count - read, Columns = { records.Columns } },
                cancellationToken: silence.Token);
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
                    logger.RecordsBrokeOff(offset + read, split, e.StatusCode.ToString());
                    broke = true;
                    break;
                }

                var batch = call.ResponseStream.Current.Records;
                if (batch.Count == 0)
                {
                    // Ingest is on its way to the next record.
                    continue;
                }

                waiting.Worked();
                read += batch.Count;
                yield return [.. batch.Select(records.Of)];
            }

            if (broke)
            {
                await waiting.WaitAsync(cancel);
            }
            else if (read < count)
            {
                throw new JobFailure("RECORDS_MISSING", $"{version.Name} gave {read} of {count} records of {split} from record {offset}.", retryable: true);
            }
        }
    }

    /// <summary>What a record is called: its file and place.</summary>
    /// <param name="records">Columns, the fewer the better.</param>
    public async Task<string> NameAsync(string split, long index, RawRecords records, CancellationToken cancel) =>
        (await ReadOneAsync(split, index, records, cancel)).Name;

    /// <summary>The record at a place.</summary>
    /// <inheritdoc cref="ReadAsync(string, RawRecords, CancellationToken)"/>
    public async Task<RawRecord> ReadOneAsync(string split, long index, RawRecords records, CancellationToken cancel)
    {
        await foreach (var batch in ReadAsync(new PartitionRange { Split = split, Offset = index, RecordCount = 1 }, records, cancel))
        {
            return batch[0];
        }

        throw new ArgumentOutOfRangeException(nameof(index), index, $"There is no such record in {split}.");
    }
}
