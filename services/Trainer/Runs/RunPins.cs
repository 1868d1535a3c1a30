using Grpc.Core;
using Mesh.Preprocessing.V1;
using Mesh.Trainer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Trainer.Runs;

/// <summary>
/// The pins of runs on their processed datasets. A pin comes before its run, or the data could be deleted under it; so the
/// intent is written down first and goes with the run's own commit. An intent that stays is of a create that failed or was
/// cut off by a crash: its pin is released, again and again while Preprocessing is away.
/// </summary>
public sealed class RunPins(
    IDbContextFactory<TrainerDb> databases, PipelineService.PipelineServiceClient pipelines, TimeProvider time, ILogger<RunPins> logger)
    : BackgroundService
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Longer than a create may take: its pin has a deadline of 30 s, and a database is not waited for that long.</summary>
    private static readonly TimeSpan LongestCreate = TimeSpan.FromMinutes(5);

    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>Writes down that a pin is coming.</summary>
    public async Task<PinIntentRow> IntendAsync(TrainingRunRow run, CancellationToken cancel)
    {
        var intent = new PinIntentRow
        {
            Project = run.Project, RunId = run.RunId, ProcessedDataset = run.ProcessedDataset, CreatedTicks = time.GetUtcNow().UtcTicks,
        };
        await using var db = await databases.CreateDbContextAsync(cancel);
        db.PinIntents.Add(intent);
        await db.SaveChangesAsync(cancel);
        return intent;
    }

    public async Task PinAsync(string dataset, string run, CancellationToken cancel) =>
        await pipelines.PinProcessedDatasetAsync(new PinProcessedDatasetRequest { Name = dataset, Holder = run }, cancellationToken: cancel);

    public async Task UnpinAsync(string dataset, string run, CancellationToken cancel)
    {
        try
        {
            await pipelines.UnpinProcessedDatasetAsync(new UnpinProcessedDatasetRequest { Name = dataset, Holder = run }, cancellationToken: cancel);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // The data itself is gone; there is nothing to hold.
        }
    }

    /// <summary>
    /// A run did not come to be: its pin goes, unless another call made the run of this name on the same data. Never throws;
    /// what cannot be done now is done later.
    /// </summary>
    public async Task ReleaseAsync(PinIntentRow intent, CancellationToken cancel)
    {
        var run = RunRequests.Run.Format(intent.Project, intent.RunId);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            if (!await db.Runs.AnyAsync(
                r => r.Project == intent.Project && r.RunId == intent.RunId && r.ProcessedDataset == intent.ProcessedDataset, cancel))
            {
                await UnpinAsync(intent.ProcessedDataset, run, cancel);
            }

            await db.PinIntents.Where(i => i.IntentId == intent.IntentId).ExecuteDeleteAsync(cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            logger.UnpinFailed(run, intent.ProcessedDataset, e is RpcException rpc ? rpc.StatusCode.ToString() : e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                foreach (var intent in await LeftAsync(stoppingToken))
                {
                    await ReleaseAsync(intent, stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping; the rows stay for the next start.
        }
    }

    private async Task<IReadOnlyList<PinIntentRow>> LeftAsync(CancellationToken cancel)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            var old = time.GetUtcNow() - LongestCreate;
            // A service that owns its database alone knows more: no create is older than itself.
            var before = (db.Database.IsSqlite() && _started > old ? _started : old).UtcTicks;
            return await db.PinIntents.AsNoTracking().Where(i => i.CreatedTicks < before).OrderBy(i => i.IntentId).Take(AtOnce).ToListAsync(cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.PinsNotRead(e);
            return [];
        }
    }
}
