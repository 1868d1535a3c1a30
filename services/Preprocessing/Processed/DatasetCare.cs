using Mesh.Jobs.Storage;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.Workers;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>
/// Makes what lies outside the database agree with it after a run was made or ended and a dataset made or deleted: Ingest's
/// pins on the inputs, and the work folders of runs. A change is a row written in the transaction that made it; it stays until it is
/// done, so neither a crash nor an Ingest that is away leaves a pin behind. For the blobs see <see cref="BlobCollection"/>.
/// </summary>
public sealed class DatasetCare(
    IDbContextFactory<PreprocessingDb> databases, InputPins pins, ServiceIdentity identity, TimeProvider time, ILogger<DatasetCare> logger) : BackgroundService
{
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
        // One that fails is not to keep the others waiting.
        foreach (var change in await db.Changes.AsNoTracking().OrderBy(c => c.ChangeId).ToListAsync(cancel))
        {
            await GuardAsync(change.RunName ?? Names.Processed.Format(change.Project, change.DatasetId), () => CareForAsync(change, cancel), cancel);
        }
    }

    private async Task CareForAsync(DatasetChangeRow change, CancellationToken cancel)
    {
        if (await pins.SettleAsync(change, cancel))
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            await db.Changes.Where(c => c.ChangeId == change.ChangeId).ExecuteDeleteAsync(cancel);
        }
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
