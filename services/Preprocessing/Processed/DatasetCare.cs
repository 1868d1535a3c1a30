using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.Storage;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.Preprocessing.Workers;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>
/// Makes what lies outside the database agree with it after a dataset was made, deleted or given up: Ingest's pin on the
/// input, and the work folders of runs. A change is a row written in the transaction that made it; it stays until it is done,
/// so neither a crash nor an Ingest that is away leaves a pin behind. For the blobs see <see cref="BlobCollection"/>.
/// </summary>
public sealed class DatasetCare(
    IDbContextFactory<PreprocessingDb> databases, DatasetService.DatasetServiceClient datasets, ServiceIdentity identity, TimeProvider time, ILogger<DatasetCare> logger) : BackgroundService
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
            await GuardAsync(Names.Processed.Format(change.Project, change.DatasetId), () => CareForAsync(change, cancel), cancel);
        }
    }

    private async Task CareForAsync(DatasetChangeRow change, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (await PinOrUnpinAsync(db, change, cancel))
        {
            await db.Changes.Where(c => c.ChangeId == change.ChangeId).ExecuteDeleteAsync(cancel);
        }
    }

    /// <returns>False when it has to be tried again.</returns>
    private async Task<bool> PinOrUnpinAsync(PreprocessingDb db, DatasetChangeRow change, CancellationToken cancel)
    {
        var holder = Names.Processed.Format(change.Project, change.DatasetId);
        try
        {
            // A run in its last moments has pinned its input already; its end is a change of its own.
            if (await HoldsAsync(db, change, cancel))
            {
                await datasets.PinDatasetVersionAsync(new PinDatasetVersionRequest { Name = change.DatasetVersion, Holder = holder }, cancellationToken: cancel);
            }
            else
            {
                await datasets.UnpinDatasetVersionAsync(new UnpinDatasetVersionRequest { Name = change.DatasetVersion, Holder = holder }, cancellationToken: cancel);
            }

            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
        {
            // The input itself is gone; there is nothing to hold.
            return true;
        }
        catch (RpcException e) when (!cancel.IsCancellationRequested)
        {
            logger.PinNotChanged(holder, change.DatasetVersion, e.StatusCode.ToString());
            return false;
        }
    }

    /// <summary>The same bytes may have come from two versions; only the one that the dataset names is held.</summary>
    private static async Task<bool> HoldsAsync(PreprocessingDb db, DatasetChangeRow change, CancellationToken cancel)
    {
        var row = await db.Processed.AsNoTracking().SingleOrDefaultAsync(d => d.Project == change.Project && d.DatasetId == change.DatasetId, cancel);
        return row is not null && ProcessedDataset.Parser.ParseFrom(row.Description).DatasetVersion == change.DatasetVersion;
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
