using System.Diagnostics;
using Mesh.Ingest.Imports.Sources;
using Mesh.Ingest.Leases;
using Mesh.Ingest.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Watching;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports;

/// <summary>
/// Takes every import to its end: 1. lists the source, once; 2. copies each file; 3. says how it ended. What another process left goes on
/// where it stopped. A failure that is neither the source's nor the files' is tried again a few times.
/// </summary>
internal sealed class ImportRunner(
    ImportLeases leases, ImportListing listing, ImportCopy copy, ImportSources sources, IDbContextFactory<IngestDb> databases, ChangeSignals signals,
    IOptions<ImportOptions> options, TimeProvider time, ILogger<ImportRunner> logger) : BackgroundService
{
    /// <summary>The signal that there is a new import.</summary>
    public const string Wake = "imports";

    /// <summary>As for commits: an attempt that took the whole process down is a failure; one that the service's own stop ended is none.</summary>
    private const int MaxFailures = 5;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await leases.TakeOverAsync(stoppingToken);
            await Task.WhenAll(Enumerable.Range(0, options.Value.ParallelImports).Select(_ => Task.Run(() => WorkAsync(stoppingToken), stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (true)
        {
            var woken = signals.Next(Wake);
            if (await TryClaimAsync(stopping) is { } lease)
            {
                await RunAsync(lease, stopping);
            }
            else
            {
                await Task.WhenAny(woken, Task.Delay(Poll, time, stopping));
                stopping.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<ImportLease?> TryClaimAsync(CancellationToken stopping)
    {
        try
        {
            return await leases.ClaimAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            logger.ImportClaimFailed(e);
            return null;
        }
    }

    private async Task RunAsync(ImportLease lease, CancellationToken stopping)
    {
        using var activity = Telemetry.Activities.StartActivity("import");
        activity?.SetTag("mesh.import", lease.Key.Name);
        logger.ImportStarted(lease.Key.Name, lease.Attempt);
        try
        {
            if (lease.Row.State == JobState.Cancelling)
            {
                await EndCancelledAsync(lease);
                return;
            }

            if (lease.Failures > MaxFailures)
            {
                throw new ImportException("TOO_MANY_ATTEMPTS", $"The service ended {MaxFailures} times while it imported this.");
            }

            await CopyAllAsync(lease, stopping);
        }
        catch (ImportException e)
        {
            await EndFailedAsync(lease, e.Reason, e.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await GuardAsync(lease, () => leases.ReturnAsync(lease, CancellationToken.None));
        }
        catch (Exception e)
        {
            await TryAgainAsync(lease, e);
        }
    }

    private async Task CopyAllAsync(ImportLease lease, CancellationToken stopping)
    {
        var progress = new ImportProgress();
        var bytes = 0L;
        var count = 0;
        await using (var heartbeat = new LeaseHeartbeat(
            lease.Key.Name, leases.Length, () => progress.Now, (now, cancel) => leases.RenewAsync(lease, now, cancel), time, logger, stopping))
        {
            try
            {
                using var source = sources.Open(lease.Row.SourceUri);
                var files = await FilesAsync(lease, source, heartbeat.Token);
                progress.Begin(files);
                count = files.Count;
                bytes = files.Where(f => f.Finished).Sum(f => f.StoredBytes);
                var settings = new ParallelOptions { MaxDegreeOfParallelism = options.Value.ParallelFiles, CancellationToken = heartbeat.Token };
                await Parallel.ForEachAsync(files.Index().Where(f => !f.Item.Finished), settings, async (item, cancel) =>
                {
                    var copied = await copy.RunAsync(lease.Row, item.Item, source, done => progress.Report(item.Index, done), cancel);
                    Interlocked.Add(ref bytes, copied);
                });
            }
            catch (OperationCanceledException) when (heartbeat.Token.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                await EndCancelledAsync(lease);
                return;
            }
        }

        if (await leases.SucceedAsync(lease, bytes, CancellationToken.None))
        {
            logger.ImportSucceeded(lease.Key.Name, count, bytes);
            Count("succeeded");
        }
        else
        {
            await EndCancelledAsync(lease);
        }
    }

    /// <summary>From the rows when it was listed before: what a source holds may change meanwhile.</summary>
    private async Task<IReadOnlyList<ImportFileRow>> FilesAsync(ImportLease lease, IImportSource source, CancellationToken cancel)
    {
        if (!lease.Row.Listed)
        {
            var found = await listing.ListAsync(lease.Row, source, cancel);
            if (!await leases.ListedAsync(lease, found, cancel))
            {
                throw new OperationCanceledException("The lease is lost.");
            }
        }

        return await RowsAsync(lease.Key, cancel);
    }

    private async Task<IReadOnlyList<ImportFileRow>> RowsAsync(ImportKey key, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.ImportFiles.AsNoTracking().Of(key).OrderBy(f => f.Path).ToListAsync(cancel);
    }

    private async Task TryAgainAsync(ImportLease lease, Exception e)
    {
        logger.ImportBroke(lease.Key.Name, lease.Attempt, TraceId(), e);
        if (lease.Failures >= MaxFailures)
        {
            await EndFailedAsync(lease, "INTERNAL", $"Internal error; trace id {TraceId()}.");
        }
        else
        {
            await GuardAsync(lease, () => leases.RetryAsync(lease, RetryDelay * lease.Failures, CancellationToken.None));
        }
    }

    private Task EndFailedAsync(ImportLease lease, string reason, string message) => GuardAsync(lease, async () =>
    {
        if (await leases.FailAsync(lease, reason, message, CancellationToken.None))
        {
            logger.ImportFailed(lease.Key.Name, reason, message);
            Count("failed");
            await DropUnfinishedAsync(lease.Key);
        }
        else
        {
            await EndCancelledAsync(lease);
        }
    });

    /// <summary>When it was cancelled. When another process has it, there is nothing to do.</summary>
    private Task EndCancelledAsync(ImportLease lease) => GuardAsync(lease, async () =>
    {
        logger.ImportLost(lease.Key.Name);
        if (await leases.CancelledAsync(lease, CancellationToken.None))
        {
            Count("cancelled");
            await DropUnfinishedAsync(lease.Key);
        }
    });

    /// <summary>Nobody goes on with half a file of an import that has ended.</summary>
    private async Task DropUnfinishedAsync(ImportKey key)
    {
        foreach (var file in (await RowsAsync(key, CancellationToken.None)).Where(f => !f.Finished && f.UploadId.Length > 0))
        {
            await copy.DropAsync(IngestNames.Upload.Format(key.Project, file.UploadId));
        }
    }

    // When even this cannot be written, the lease runs out and the import is taken up again.
    private async Task GuardAsync(ImportLease lease, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception e)
        {
            logger.HeartbeatFailed(lease.Key.Name, e);
        }
    }

    private static void Count(string state) => Telemetry.ImportsEnded.Add(1, new KeyValuePair<string, object?>("state", state));

    private static string TraceId() => Activity.Current?.TraceId.ToHexString() ?? "none";
}
