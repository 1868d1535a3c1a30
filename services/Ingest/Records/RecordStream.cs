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
        var violations = new Violations();
        violations.Require(request.Offset >= 0, "offset", "must not be negative.");
        violations.Require(request.Limit >= 0, "limit", "must not be negative.");
        violations.ThrowIfAny();
        var (row, files, rejected) = await FindAsync(key, cancel);
        var version = row.ToVersion([]);
        if (version.Splits.All(s => s.Name != request.Split))
        {
            throw MeshError.Invalid("split", $"must be one of {string.Join(", ", version.Splits.Select(s => $"\"{s.Name}\""))}.");
        }

        try
        {
            await using var cursor = formats[version.Format].Open(
                VersionParser.DataFiles(SourceFiles.Of(blobs, files)), RecordLayout.Of(version), request.Split);
            await SendAsync(cursor, rejected.Of(request.Split), request, stream, cancel);
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

    private static async Task SendAsync(
        RecordCursor cursor, IReadOnlyList<long> rejected, ReadRecordsRequest request, IServerStreamWriter<ReadRecordsResponse> stream,
        CancellationToken cancel)
    {
        var (nextRejected, ordinal, index) = (0, -1L, -1L);
        var end = request.Limit == 0 || request.Limit > long.MaxValue - request.Offset ? long.MaxValue : request.Offset + request.Limit;
        var batch = new RecordBatch(stream);
        while (index + 1 < end && await cursor.MoveNextAsync(cancel))
        {
            ordinal++;
            if (nextRejected < rejected.Count && rejected[nextRejected] == ordinal)
            {
                nextRejected++;
                continue;
            }

            if (++index < request.Offset)
            {
                continue;
            }

            if (await cursor.ReadAsync(cancel) is { } problem)
            {
                throw new DatasetException("RECORD_CHANGED", $"{cursor.Source} was a record when the version was committed and now {problem}.");
            }

            await batch.AddAsync(index, cursor, cancel);
        }

        await batch.SendAsync(cancel);
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
