using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
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

    /// <summary>A version can have a thousand files and ten thousand labels; clients take messages of 4 MiB unless told otherwise.</summary>
    private const int PageBytes = 2 * 1024 * 1024;

    public async Task<DatasetVersion> GetAsync(string name, CancellationToken cancel)
    {
        var key = VersionKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, key, cancel);
        return await ToVersionAsync(db, row, cancel);
    }

    public async Task<DatasetVersionStatistics> GetStatisticsAsync(string name, CancellationToken cancel)
    {
        var key = VersionKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        CheckReady(await FindAsync(db, key, cancel));
        var bytes = await db.Details.AsNoTracking().Of(key).Select(d => d.Statistics).SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(name);
        var statistics = DatasetVersionStatistics.Parser.ParseFrom(bytes);
        statistics.Name = name;
        return statistics;
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

        var rows = await db.Versions.AsNoTracking()
            .Where(v => v.Project == project && v.DatasetId == dataset && v.Version > after && v.Version > request.AfterVersion)
            .Where(v => request.Tag == "" || db.Tags.Any(t => t.Project == project && t.DatasetId == dataset && t.Tag == request.Tag && t.Version == v.Version))
            .OrderBy(v => v.Version).Take(paging.Size + 1).ToListAsync(cancel);
        var (page, next) = paging.Next(rows, v => v.Version.ToString());
        var response = new ListDatasetVersionsResponse { NextPageToken = next };
        var bytes = 0;
        foreach (var row in page)
        {
            var version = await ToVersionAsync(db, row, cancel);
            bytes += version.CalculateSize();
            if (bytes > PageBytes && response.Versions.Count > 0)
            {
                // A page of one row fewer ends at the last version that fits.
                var fitting = page.Take(response.Versions.Count + 1).ToList();
                response.NextPageToken = (paging with { Size = response.Versions.Count }).Next(fitting, v => v.Version.ToString()).NextToken;
                break;
            }

            response.Versions.Add(version);
        }

        return response;
    }

    /// <summary>
    /// FAILED_PRECONDITION while pins hold the version. A commit that still runs notices and stops. Blobs that nothing else
    /// refers to are deleted a little later.
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

            var ready = await db.Versions.Of(key).AnyAsync(v => v.State == JobState.Succeeded, cancel);
            var digests = await db.Files.Of(key).Select(f => f.Sha256).ToListAsync(cancel);
            var quarantine = await db.Versions.Of(key).Where(v => v.QuarantineSha256 != "").Select(v => v.QuarantineSha256).ToListAsync(cancel);
            await BlobCollector<IngestDb>.ReleaseAsync(db, key.Project, [.. digests, .. quarantine], cancel);
            await db.SaveChangesAsync(cancel);
            await db.Files.Of(key).ExecuteDeleteAsync(cancel);
            await db.Tags.Of(key).ExecuteDeleteAsync(cancel);
            await db.Details.Of(key).ExecuteDeleteAsync(cancel);
            await db.Versions.Of(key).ExecuteDeleteAsync(cancel);
            if (ready)
            {
                // The uploads that became versions go with the last of them; they would keep the bytes for nobody. Those of a
                // version that failed stay a while, for another try.
                await db.Uploads
                    .Where(u => u.Project == key.Project && u.UsedTicks > 0 && digests.Contains(u.Sha256)
                        && !db.Files.Any(f => f.Project == u.Project && f.Sha256 == u.Sha256))
                    .ExecuteDeleteAsync(cancel);
            }

            await transaction.CommitAsync(cancel);
        }

        signals.Pulse(name);
        collector.Wake();
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

    /// <exception cref="MeshException">FAILED_PRECONDITION</exception>
    public static void CheckReady(VersionRow row)
    {
        if (row.State != JobState.Succeeded)
        {
            throw MeshError.Precondition("VERSION_NOT_READY", $"{row.Key().Name} is not ready.");
        }
    }

    public static async Task<VersionRow> FindAsync(IngestDb db, VersionKey key, CancellationToken cancel) =>
        await db.Versions.AsNoTracking().Of(key).SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(key.Name);

    private static async Task<DatasetVersion> ToVersionAsync(IngestDb db, VersionRow row, CancellationToken cancel) => row.ToVersion(
        await db.Files.AsNoTracking().Of(row.Key()).ToListAsync(cancel), await db.Tags.AsNoTracking().Of(row.Key()).ToListAsync(cancel));
}
