using Mesh.Blobs;
using Mesh.Jobs.Storage;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.Workers;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>
/// Makes what lies outside the database agree with it after a run was made or ended and a dataset made or deleted: Ingest's
/// pins on the inputs, the blobs, and the work folders of runs. A change is a row written in the transaction that made it, or, for the
/// blobs of an attempt, before they are stored; it stays until all of it is done, so neither a crash nor an Ingest that is
/// away leaves a pin or a blob behind.
/// </summary>
public sealed class DatasetCare(
    IDbContextFactory<PreprocessingDb> databases, InputPins pins, IBlobStore blobs, ServiceIdentity identity,
    TimeProvider time, ILogger<DatasetCare> logger) : BackgroundService
{
    /// <summary>Blobs deleted in one transaction, which keeps new runs of the project waiting (and all writers, on SQLite).</summary>
    private const int BlobsAtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await GuardAsync("changed datasets", () => CareForAllAsync(stoppingToken), stoppingToken);
                await GuardAsync("work folders", () => RemoveWorkAsync(stoppingToken), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; the rows stay for the next start.
        }
    }

    private async Task GuardAsync(string what, Func<Task> care, CancellationToken stopping)
    {
        try
        {
            await care();
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            logger.CareFailed(what, e);
        }
    }

    private async Task CareForAllAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        // One that fails, or has to wait for its project's runs, is not to keep the others waiting. There may be one for each
        // process of a large run.
        var changes = await db.Changes.OrderBy(c => c.ChangeId).Select(c => new { c.ChangeId, c.Project, IsPin = c.DatasetVersion != "" }).ToListAsync(cancel);
        var busy = (await db.Jobs().Active().Select(j => j.Project).Distinct().ToListAsync(cancel)).ToHashSet();
        foreach (var listed in changes.Where(c => c.IsPin || !busy.Contains(c.Project)))
        {
            if (await db.Changes.AsNoTracking().SingleOrDefaultAsync(c => c.ChangeId == listed.ChangeId, cancel) is { } change)
            {
                await GuardAsync(change.RunName ?? (change.DatasetId.Length > 0 ? Names.Processed.Format(change.Project, change.DatasetId) : $"blobs of {change.Project}"), () => CareForAsync(change, busy, cancel), cancel);
            }
        }
    }

    private async Task CareForAsync(DatasetChangeRow change, HashSet<string> busy, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = db.Changes.Where(c => c.ChangeId == change.ChangeId);
        if (change.DatasetVersion.Length > 0)
        {
            if (!await pins.SettleAsync(change, cancel))
            {
                return;
            }

            // Remembered: the blobs may have to wait for long.
            await row.ExecuteUpdateAsync(set => set.SetProperty(c => c.DatasetVersion, ""), cancel);
        }

        if (change.Digests.Length > 0 && (busy.Contains(change.Project) || !await DeleteBlobsAsync(db, change, cancel)))
        {
            busy.Add(change.Project);
            return;
        }

        await row.ExecuteDeleteAsync(cancel);
    }

    /// <returns>False when it has to wait: a run of the project could be about to refer to the same bytes.</returns>
    private async Task<bool> DeleteBlobsAsync(PreprocessingDb db, DatasetChangeRow change, CancellationToken cancel)
    {
        foreach (var digests in change.Digests.Split(' ').Chunk(BlobsAtOnce))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            await ProjectLock.TakeAsync(db, change.Project, cancel);
            if (await db.Jobs().Active().AnyAsync(j => j.Project == change.Project, cancel))
            {
                return false;
            }

            var used = await db.Blobs.Where(b => b.Project == change.Project && digests.Contains(b.Digest)).Select(b => b.Digest).ToListAsync(cancel);
            foreach (var digest in digests.Except(used))
            {
                await blobs.DeleteAsync(new BlobScope("preprocessing", change.Project), BlobDigest.Parse(digest), cancel);
            }

            await transaction.CommitAsync(cancel);
        }

        return true;
    }

    /// <summary>What killed attempts left. A run that has not ended may have a worker that writes there.</summary>
    private async Task RemoveWorkAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        foreach (var (project, run, folder) in WorkFolders.All(identity))
        {
            var name = $"/runs/{run}";
            if (!await db.Jobs().Active().AnyAsync(j => j.Project == project && j.Name.EndsWith(name), cancel))
            {
                WorkFolders.Remove(folder);
            }
        }
    }
}
