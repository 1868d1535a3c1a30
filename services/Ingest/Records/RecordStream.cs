using Grpc.Core;
using Mesh.Blobs;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Records;

/// <summary>
/// The body of ReadRecords: goes through the raw files as the commit did, leaves out what it rejected, and sends batches.
/// Holds one batch (1 MiB or one record) and the cursor's buffers, whatever the version's size.
/// </summary>
internal sealed class RecordStream(IDbContextFactory<IngestDb> databases, IBlobStore blobs, RecordFormats formats, ILogger<RecordStream> logger)
{
    public async Task RunAsync(ReadRecordsRequest request, IServerStreamWriter<ReadRecordsResponse> stream, CancellationToken cancel)
    {
        var key = VersionKey.Parse(request.Name);
        var (row, files, rejected) = await FindAsync(key, cancel);
        var version = row.ToVersion(files);
        var selection = RecordSelection.Of(request, version);
        var sources = VersionParser.DataFiles(SourceFiles.Of(blobs, files));
        var batch = new RecordBatch(stream, selection.Columns);
        var left = request.Limit == 0 ? long.MaxValue : request.Limit;
        try
        {
            foreach (var split in request.Split.Length > 0 ? [request.Split] : version.Splits.Select(s => s.Name))
            {
                var skipped = FileSkip.Of(version, formats[version.Format], sources, split, request.Offset);
                await using var cursor = formats[version.Format].Open(skipped.Files, RecordLayout.Of(version), split);
                left = await SendAsync(cursor, rejected.Of(split), skipped, request.Offset, left, selection, batch, cancel);
            }

            await batch.SendAsync(cancel);
        }
        catch (BlobStoreException e)
        {
            // Gone with its version, damaged, or the storage is away.
            await FindAsync(key, cancel);
            logger.ReadFailed(request.Name, e);
            throw e is BlobCorruptException or BlobNotFoundException
                ? MeshError.DataLoss(e.Message)
                : MeshError.Unavailable("STORAGE_FAILED", e.Message, TimeSpan.FromSeconds(5));
        }
        catch (DatasetException e)
        {
            logger.ReadFailed(request.Name, e);
            throw MeshError.DataLoss(e.Message);
        }
    }

    /// <returns>How many records are still wanted.</returns>
    private static async Task<long> SendAsync(
        RecordCursor cursor, IReadOnlyList<long> rejected, FileSkip skipped, long offset, long left, RecordSelection selection, RecordBatch batch,
        CancellationToken cancel)
    {
        var (nextRejected, ordinal, index) = (skipped.Rejected, skipped.Records + skipped.Rejected - 1, skipped.Records - 1);
        while (left > 0 && await cursor.MoveNextAsync(cancel))
        {
            ordinal++;
            if (nextRejected < rejected.Count && rejected[nextRejected] == ordinal)
            {
                nextRejected++;
                continue;
            }

            if (++index < offset || !selection.Draws(index))
            {
                continue;
            }

            if (await cursor.ReadAsync(cancel) is { } problem)
            {
                throw new DatasetException("RECORD_CHANGED", $"{cursor.Source} was a record when the version was committed and now {problem}.");
            }

            if (selection.Takes(cursor.Row))
            {
                await batch.AddAsync(index, cursor, cancel);
                left--;
            }
        }

        return left;
    }

    private async Task<(VersionRow Row, List<VersionFileRow> Files, RejectedOrdinals Rejected)> FindAsync(VersionKey key, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await VersionStore.FindAsync(db, key, cancel);
        VersionStore.CheckReady(row);
        var rejections = await db.Details.AsNoTracking().Of(key).Select(r => r.Rejections).SingleOrDefaultAsync(cancel);
        return (row, await db.Files.AsNoTracking().Of(key).ToListAsync(cancel), RejectedOrdinals.Parse(rejections ?? []));
    }
}
