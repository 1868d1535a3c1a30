using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Uploads;

/// <summary>At start, does what a crash left undone: removes staged bytes of deleted uploads and collects released blobs.</summary>
internal sealed class UploadSweep<TDb>(
    IDbContextFactory<TDb> databases, BlobStaging staging, BlobCollector<TDb> collector, TimeProvider time, ILogger<UploadSweep<TDb>> logger) : BackgroundService
    where TDb : MeshDb
{
    /// <summary>Younger files may belong to an upload that another replica is creating.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SweepStagedAsync(stoppingToken);
            await collector.CollectAsync(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            Log.SweepFailed(logger, e);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the next start sweeps.
        }
    }

    private async Task SweepStagedAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var count = 0;
        foreach (var staged in staging.List().Where(s => s.LastWrite < time.GetUtcNow() - Abandoned))
        {
            var id = staged.Id;
            if (!await db.Set<UploadRow>().AnyAsync(u => u.UploadId == id, cancel) && await staging.DeleteAsync(id, cancel))
            {
                count++;
            }
        }

        if (count > 0)
        {
            Log.Swept(logger, count);
        }
    }
}
