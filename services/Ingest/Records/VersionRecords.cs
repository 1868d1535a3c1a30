using Mesh.Blobs;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Mesh.Ingest.Versions.Cooling;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Records;

/// <summary>Opens versions to read their records: goes through the raw files as the commit did and leaves out what it rejected.</summary>
internal sealed class VersionRecords(
    IDbContextFactory<IngestDb> databases, IBlobStore blobs, RecordFormats formats, VersionUse use, ILogger<VersionRecords> logger)
{
    /// <exception cref="MeshException">NOT_FOUND; FAILED_PRECONDITION for a version that is not ready.</exception>
    public async Task<OpenedVersion> OpenAsync(string name, CancellationToken cancel)
    {
        var key = VersionKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await VersionStore.FindAsync(db, key, cancel);
        VersionStore.CheckReady(row);
        await use.TouchAsync(db, row, cancel);
        var details = await db.Details.AsNoTracking().Of(key).Select(r => new { r.Rejections, r.Restarts }).SingleOrDefaultAsync(cancel);
        var files = await db.Files.AsNoTracking().Of(key).ToListAsync(cancel);
        var version = row.ToVersion(files);
        return new OpenedVersion(
            version, formats[version.Format], VersionParser.DataFiles(SourceFiles.Of(blobs, files)), RejectedOrdinals.Parse(details?.Rejections ?? []), details?.Restarts ?? []);
    }

    /// <summary>Runs what reads records; what the storage or the files do wrong becomes the caller's error.</summary>
    public async Task GuardAsync(string name, Func<Task> read, CancellationToken cancel)
    {
        try
        {
            await read();
        }
        catch (BlobStoreException e)
        {
            // Gone with its version, damaged, or the storage is away.
            await OpenAsync(name, cancel);
            logger.ReadFailed(name, e);
            throw e is BlobCorruptException or BlobNotFoundException
                ? MeshError.DataLoss(e.Message)
                : MeshError.Unavailable("STORAGE_FAILED", e.Message, TimeSpan.FromSeconds(5));
        }
        catch (DatasetException e)
        {
            logger.ReadFailed(name, e);
            throw MeshError.DataLoss(e.Message);
        }
    }
}
