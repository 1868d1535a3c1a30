using Mesh.Jobs.Launching;
using Mesh.Jobs.Storage;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Groups;

/// <summary>
/// Removes the parts of groups that ended long ago: nothing needs them any more, and there are many. The groups stay. Logs go
/// before rows, or nobody would know of them after a crash. Each replica removes the logs of its own machine, also those of
/// jobs that were deleted on another.
/// </summary>
internal sealed class PartRetention<TDb>(
    JobTransaction<TDb> jobs, WorkerLogs logs, IOptions<JobOptions> options, TimeProvider time, ILogger<PartRetention<TDb>> logger) : BackgroundService
    where TDb : MeshDb
{
    /// <summary>Names in one query; databases bound the number of its parameters.</summary>
    private const int AtOnce = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Goes through all logs of this machine and all groups once.</summary>
    internal async Task RemoveAsync(CancellationToken cancel)
    {
        var before = time.GetUtcNow().AddDays(-options.Value.KeepPartsDays);
        foreach (var some in logs.All().Chunk(AtOnce))
        {
            await RemoveLogsAsync([.. some], before, cancel);
        }

        while (await RemoveRowsAsync(before.UtcTicks, cancel))
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.KeepPartsDays == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await RemoveAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.PartsNotRemoved(e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task RemoveLogsAsync(IReadOnlyList<WorkerLog> some, DateTimeOffset before, CancellationToken cancel)
    {
        var names = some.Select(log => log.JobName).ToList();
        var ends = await jobs.ReadAsync(
            db => db.Jobs().Where(j => names.Contains(j.Name)).Select(j => new { j.Name, j.EndedTicks }).ToDictionaryAsync(j => j.Name, j => j.EndedTicks, cancel), cancel);
        foreach (var log in some)
        {
            // A job that is not there may be one that is in another database: what is young stays.
            var old = ends.TryGetValue(log.JobName, out var ended) ? log.IsOfParts && ended < before.UtcTicks : log.Written < before;
            if (old)
            {
                logs.Delete(log.JobName);
            }
        }
    }

    /// <returns>Whether there was a group with parts to be removed.</returns>
    private async Task<bool> RemoveRowsAsync(long before, CancellationToken cancel)
    {
        var group = await jobs.ReadAsync(
            db => db.Jobs().Where(g => g.ParentName == null && g.EndedTicks < before && db.Jobs().Any(p => p.ParentName == g.Name)).OrderBy(g => g.Name).Select(g => g.Name).FirstOrDefaultAsync(cancel),
            cancel);
        if (group is null)
        {
            return false;
        }

        var count = await jobs.ReadAsync(db => db.PartsOf(group).ExecuteDeleteAsync(cancel), cancel);
        logger.PartsRemoved(group, count);
        return true;
    }
}
