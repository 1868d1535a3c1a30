using Mesh.Blobs;
using Mesh.Blobs.Tiers;
using Mesh.Ingest.Storage;
using Mesh.Jobs.V1;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Versions.Cooling;

/// <summary>
/// Moves the files of versions that nobody has read for long to the cold store. A file that another version of late has too
/// stays hot, and moves with that one; for a file that an upload of late has too, the version is looked at again. A kill at any point
/// costs nothing.
/// </summary>
internal sealed class ColdSweep(
    IDbContextFactory<IngestDb> databases, IBlobStore blobs, DigestLock<IngestDb> locks, IOptions<IngestOptions> options, TimeProvider time,
    ILogger<ColdSweep> logger) : BackgroundService
{
    /// <summary>Versions in memory at a time.</summary>
    private const int VersionsAtOnce = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.ColdAfterDays == 0)
        {
            return;
        }

        if (blobs is not TieredBlobStore tiers)
        {
            logger.NoColdStore(options.Value.ColdAfterDays);
            return;
        }

        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMinutes(options.Value.ColdSweepMinutes), time);
            do
            {
                await GuardAsync(() => SweepAsync(tiers, stoppingToken), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <returns>Whether it did all that it was to do.</returns>
    private async Task<bool> GuardAsync(Func<Task<bool>> step, CancellationToken stopping)
    {
        try
        {
            return await step();
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            logger.ColdSweepFailed(e);
            return false;
        }
    }

    private async Task<bool> SweepAsync(TieredBlobStore tiers, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var before = (time.GetUtcNow() - TimeSpan.FromDays(options.Value.ColdAfterDays)).UtcTicks;
        var unread = db.Versions.AsNoTracking()
            .Where(v => v.State == JobState.Succeeded && v.LastReadTicks < before && v.ColdTicks == null)
            .OrderBy(v => v.LastReadTicks).ThenBy(v => v.Project).ThenBy(v => v.DatasetId).ThenBy(v => v.Version);
        var stayed = 0;
        while (await unread.Skip(stayed).Take(VersionsAtOnce).ToListAsync(cancel) is { Count: > 0 } versions)
        {
            foreach (var version in versions)
            {
                // One whose storage fails is not to keep the others hot.
                stayed += await GuardAsync(() => CoolAsync(db, tiers, version, before, cancel), cancel) ? 0 : 1;
            }
        }

        return stayed == 0;
    }

    /// <returns>Whether nothing is left to be moved.</returns>
    private async Task<bool> CoolAsync(IngestDb db, TieredBlobStore tiers, VersionRow version, long before, CancellationToken cancel)
    {
        var key = version.Key();
        var scope = new BlobScope(IngestNames.Service, key.Project);
        var (moved, stay) = (0, false);
        foreach (var digest in await db.Files.AsNoTracking().Of(key).Select(f => f.Sha256).Distinct().ToListAsync(cancel))
        {
            // Neither is it collected meanwhile, nor does an upload of the same bytes count on the hot one.
            await using var held = await locks.TakeAsync(key.Project, digest, cancel);
            if (await IsUnreadAsync())
            {
                // Copying takes long; somebody may begin to read meanwhile.
                moved += await tiers.MoveToColdAsync(scope, BlobDigest.Parse(digest), IsUnreadAsync, cancel) ? 1 : 0;
            }

            stay |= await IsUploadedAsync(db, key.Project, digest, before, cancel);

            async Task<bool> IsUnreadAsync() =>
                await db.Files.Of(key).AnyAsync(f => f.Sha256 == digest, cancel) && !await IsWarmAsync(db, key.Project, digest, before, cancel);
        }

        if (stay)
        {
            return false;
        }

        var now = time.GetUtcNow().UtcTicks;
        await db.Versions.Of(key).Where(v => v.LastReadTicks < before).ExecuteUpdateAsync(set => set.SetProperty(v => v.ColdTicks, now), cancel);
        logger.MovedToCold(key.Name, moved, new DateTime(version.LastReadTicks, DateTimeKind.Utc));
        return true;
    }

    private static async Task<bool> IsWarmAsync(IngestDb db, string project, string digest, long before, CancellationToken cancel) =>
        await db.Versions.AnyAsync(
            v => v.Project == project && v.LastReadTicks >= before
                && db.Files.Any(f => f.Project == project && f.DatasetId == v.DatasetId && f.Version == v.Version && f.Sha256 == digest),
            cancel)
        || await IsUploadedAsync(db, project, digest, before, cancel);

    /// <summary>Whether an upload of late has it. When that one goes without a version made of it, nothing else looks at the blob.</summary>
    private static Task<bool> IsUploadedAsync(IngestDb db, string project, string digest, long before, CancellationToken cancel) =>
        db.Uploads.AnyAsync(u => u.Project == project && u.Sha256 == digest && (u.CreatedTicks >= before || u.UsedTicks >= before), cancel);
}
