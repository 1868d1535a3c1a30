using Grpc.Core;
using Mesh.Blobs;
using Mesh.Ingest.V1;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>
/// Makes what lies outside the database agree with it after a dataset was made, deleted or given up: Ingest's pin on the
/// input and the blobs. A change is a row written in the transaction that made it and stays until all of it is done, so
/// neither a crash nor an Ingest that is away leaves a pin or a blob behind.
/// </summary>
public sealed class DatasetCare(
    IDbContextFactory<PreprocessingDb> databases, DatasetService.DatasetServiceClient datasets, IBlobStore blobs, TimeProvider time,
    ILogger<DatasetCare> logger) : BackgroundService
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await CareForAllAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping; the rows stay for the next start.
        }
    }

    private async Task CareForAllAsync(CancellationToken cancel)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            foreach (var change in await db.Changes.AsNoTracking().OrderBy(c => c.ChangeId).Take(AtOnce).ToListAsync(cancel))
            {
                if (await PinOrUnpinAsync(db, change, cancel) && await DeleteBlobsAsync(db, change, cancel))
                {
                    await db.Changes.Where(c => c.ChangeId == change.ChangeId).ExecuteDeleteAsync(cancel);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.CareFailed(e);
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

    /// <returns>False when it has to wait: a run of the project could be about to refer to the same bytes.</returns>
    private async Task<bool> DeleteBlobsAsync(PreprocessingDb db, DatasetChangeRow change, CancellationToken cancel)
    {
        if (change.Digests.Length == 0)
        {
            return true;
        }

        if (await db.Jobs().AnyAsync(
            j => j.Project == change.Project && j.State != JobState.Succeeded && j.State != JobState.Failed && j.State != JobState.Cancelled, cancel))
        {
            return false;
        }

        var digests = change.Digests.Split(' ').ToHashSet();
        // Reads the descriptions of the project's datasets, one after the other: a few kilobytes each, and deletions are rare.
        await foreach (var row in db.Processed.AsNoTracking().Where(d => d.Project == change.Project).AsAsyncEnumerable().WithCancellation(cancel))
        {
            digests.ExceptWith(DigestsOf(ProcessedDataset.Parser.ParseFrom(row.Description)));
        }

        foreach (var digest in digests)
        {
            await blobs.DeleteAsync(new BlobScope("preprocessing", change.Project), BlobDigest.Parse(digest), cancel);
        }

        return true;
    }

    /// <summary>Every blob that a dataset refers to, lower-case hex.</summary>
    internal static IEnumerable<string> DigestsOf(ProcessedDataset dataset) =>
        dataset.Splits.SelectMany(s => s.Shards).Select(s => s.Sha256).Append(dataset.FittedPipelineSha256).Distinct();
}
