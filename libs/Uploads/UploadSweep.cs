using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Uploads;

/// <summary>
/// Keeps uploads and their blobs from staying for ever. At start and every <see cref="UploadOptions.SweepMinutes"/>: 1. goes on with
/// finishes that a crash interrupted; 2. deletes uploads that nobody goes on with; 3. removes staged bytes that belong to no upload,
/// which a crash left; 4. collects released blobs, as it does whenever <see cref="BlobCollector{TDb}.Wake"/> is called.
/// </summary>
internal sealed class UploadSweep<TDb>(
    IDbContextFactory<TDb> databases, BlobStaging staging, UploadStore<TDb> uploads, UploadFinishing<TDb> finishing, UploadKind kind, BlobCollector<TDb> collector,
    IOptions<UploadOptions> options, TimeProvider time, ILogger<UploadSweep<TDb>> logger) : BackgroundService
    where TDb : MeshDb
{
    /// <summary>Younger files may belong to an upload that another replica is creating.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var due = Task.Delay(TimeSpan.FromMinutes(options.Value.SweepMinutes), time, stoppingToken);
                await GuardAsync(finishing.ResumeAsync, stoppingToken);
                await GuardAsync(ExpireAsync, stoppingToken);
                await GuardAsync(SweepStagedAsync, stoppingToken);
                do
                {
                    var woken = collector.NextWake();
                    await GuardAsync(collector.CollectAsync, stoppingToken);
                    await await Task.WhenAny(woken, due);
                }
                while (!due.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; the next start sweeps.
        }
    }

    private async Task GuardAsync(Func<CancellationToken, Task> step, CancellationToken cancel)
    {
        try
        {
            await step(cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            Log.SweepFailed(logger, e);
        }
    }

    private async Task ExpireAsync(CancellationToken cancel)
    {
        var limit = time.GetUtcNow() - TimeSpan.FromHours(options.Value.KeepHours);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var old = await db.Set<UploadRow>().AsNoTracking()
            .Where(u => u.CreatedTicks < limit.UtcTicks && u.UsedTicks < limit.UtcTicks)
            .ToListAsync(cancel);
        foreach (var row in old.Where(u => u.State == UploadState.Finished || !(staging.Find(u.UploadId)?.LastWrite > limit)))
        {
            await ExpireAsync(row, cancel);
        }
    }

    private async Task ExpireAsync(UploadRow row, CancellationToken cancel)
    {
        try
        {
            await uploads.DeleteAsync(kind.NameOf(row), cancel);
            Log.Expired(logger, kind.NameOf(row), row.State);
        }
        catch (MeshException)
        {
            // Someone else deleted it, or goes on with it after all, or the storage failed, which the store has logged.
        }
    }

    private async Task SweepStagedAsync(CancellationToken cancel)
    {
        staging.ForgetGone();
        var old = staging.List().Where(s => s.LastWrite < time.GetUtcNow() - Abandoned).Select(s => s.Id).ToList();
        if (old.Count == 0)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancel);
        var active = (await db.Set<UploadRow>().Where(u => u.State != UploadState.Finished).Select(u => u.UploadId).ToListAsync(cancel)).ToHashSet();
        var count = 0;
        foreach (var id in old.Where(id => !active.Contains(id)))
        {
            count += await staging.DeleteAsync(id, cancel) ? 1 : 0;
        }

        if (count > 0)
        {
            Log.Swept(logger, count);
        }
    }
}
