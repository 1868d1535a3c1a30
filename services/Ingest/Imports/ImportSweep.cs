using Mesh.Ingest.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports;

/// <summary>Forgets imports that ended long ago; their uploads expire by themselves.</summary>
internal sealed class ImportSweep(IDbContextFactory<IngestDb> databases, IOptions<ImportOptions> options, TimeProvider time, ILogger<ImportSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await ForgetAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task ForgetAsync(CancellationToken cancel)
    {
        try
        {
            var limit = (time.GetUtcNow() - TimeSpan.FromHours(options.Value.KeepHours)).UtcTicks;
            await using var db = await databases.CreateDbContextAsync(cancel);
            var forgotten = await db.Imports.Where(i => i.EndTicks < limit).ExecuteDeleteAsync(cancel);
            if (forgotten > 0)
            {
                logger.ImportsForgotten(forgotten);
            }
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            logger.ImportClaimFailed(e);
        }
    }
}
