using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions;

/// <summary>Reads and deletes versions. Throws <see cref="MeshException"/>.</summary>
internal sealed class VersionStore(IDbContextFactory<IngestDb> databases, BlobCollector<IngestDb> collector, ChangeSignals signals)
{
    private const int HoldersNamed = 10;

    public async Task<DatasetVersion> GetAsync(string name, CancellationToken cancel)
    {
        var key = VersionKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, key, cancel);
        return row.ToVersion(await db.Files.AsNoTracking().Of(key).ToListAsync(cancel));
    }

    public async Task<ListDatasetVersionsResponse> ListAsync(ListDatasetVersionsRequest request, CancellationToken cancel)
    {
        var ids = IngestNames.Dataset.Parse(request.Parent, "parent");
        var (project, dataset) = (ids[0], ids[1]);
        var paging = Paging.Parse(request.PageSize, request.PageToken);
        var after = paging.After.Length == 0 ? 0
            : int.TryParse(paging.After, out var last) ? last
            : throw MeshError.Invalid("page_token", "is not a token that a list call returned.");
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (!await db.Datasets.Of(project, dataset).AnyAsync(cancel))
        {
            throw MeshError.NotFound(request.Parent);
        }

        var rows = await db.Versions.AsNoTracking().Where(v => v.Project == project && v.DatasetId == dataset && v.Version > after)
            .OrderBy(v => v.Version).Take(paging.Size + 1).ToListAsync(cancel);
        var (page, next) = paging.Next(rows, v => v.Version.ToString());
        int[] numbers = [.. page.Select(v => v.Version)];
        var files = (await db.Files.AsNoTracking().Where(f => f.Project == project && f.DatasetId == dataset && numbers.Contains(f.Version))
            .ToListAsync(cancel)).ToLookup(f => f.Version);
        return new ListDatasetVersionsResponse { Versions = { page.Select(v => v.ToVersion(files[v.Version])) }, NextPageToken = next };
    }

    /// <summary>
    /// FAILED_PRECONDITION while pins hold the version. A commit that still runs notices and stops. Blobs that nothing else
    /// refers to are deleted.
    /// </summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var key = VersionKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using (var transaction = await db.Database.BeginTransactionAsync(cancel))
        {
            await LockAsync(db, key, cancel);
            var holders = await db.Pins.Of(key).Select(p => p.Holder).OrderBy(h => h).Take(HoldersNamed + 1).ToListAsync(cancel);
            if (holders.Count > 0)
            {
                var more = holders.Count > HoldersNamed ? " and others" : "";
                throw MeshError.Precondition("VERSION_PINNED", $"{name} is needed by {string.Join(", ", holders.Take(HoldersNamed))}{more}.");
            }

            var digests = await db.Files.Of(key).Select(f => f.Sha256).ToListAsync(cancel);
            await BlobCollector<IngestDb>.ReleaseAsync(db, key.Project, digests, cancel);
            await db.SaveChangesAsync(cancel);
            await db.Files.Of(key).ExecuteDeleteAsync(cancel);
            await db.Versions.Of(key).ExecuteDeleteAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        signals.Pulse(name);
        await collector.CollectAsync(key.Project, cancel);
    }

    /// <summary>Holds the version's row to the end of the caller's transaction.</summary>
    /// <exception cref="MeshException">NOT_FOUND</exception>
    public static async Task LockAsync(IngestDb db, VersionKey key, CancellationToken cancel)
    {
        if (await db.Versions.Of(key).ExecuteUpdateAsync(set => set.SetProperty(v => v.Creator, v => v.Creator), cancel) == 0)
        {
            throw MeshError.NotFound(key.Name);
        }
    }

    public static async Task<VersionRow> FindAsync(IngestDb db, VersionKey key, CancellationToken cancel) =>
        await db.Versions.AsNoTracking().Of(key).SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(key.Name);
}
