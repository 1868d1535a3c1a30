using System.Diagnostics;
using Mesh.Blobs;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Leases;
using Mesh.Ingest.Quarantine;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Watching;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Commits;

/// <summary>
/// Takes every version in RUNNING to SUCCEEDED or FAILED: new ones at once, those a dead process left when its lease is
/// over. A failure that is not the data's is tried again a few times.
/// </summary>
internal sealed class CommitRunner(
    CommitLeases leases, VersionParser parser, QuarantineStore quarantine, WorkFolder work, IBlobStore blobs, ChangeSignals signals,
    IOptions<IngestOptions> options, TimeProvider time, ILogger<CommitRunner> logger) : BackgroundService
{
    /// <summary>The signal that there is a new version.</summary>
    public const string Wake = "commits";

    /// <summary>
    /// After this many, a failure that is not the data's is final too. An attempt that took the whole process down is one;
    /// one that the service's own stop ended is none.
    /// </summary>
    private const int MaxFailures = 5;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            work.Sweep();
            await leases.TakeOverAsync(stoppingToken);
            await Task.WhenAll(Enumerable.Range(0, options.Value.ParallelCommits).Select(_ => Task.Run(() => WorkAsync(stoppingToken), stoppingToken)));
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
            if (await TryClaimAsync(stopping) is { } commit)
            {
                await RunAsync(commit, stopping);
            }
            else
            {
                await Task.WhenAny(woken, Task.Delay(Poll, time, stopping));
                stopping.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<Commit?> TryClaimAsync(CancellationToken stopping)
    {
        try
        {
            return await leases.ClaimAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            logger.ClaimFailed(e);
            return null;
        }
    }

    private async Task RunAsync(Commit commit, CancellationToken stopping)
    {
        using var activity = Telemetry.Activities.StartActivity("commit dataset version");
        activity?.SetTag("mesh.version", commit.Key.Name);
        var started = time.GetTimestamp();
        logger.CommitStarted(commit.Key.Name, commit.Attempt);
        try
        {
            if (commit.Failures > MaxFailures)
            {
                throw new DatasetException("TOO_MANY_ATTEMPTS", $"The service ended {MaxFailures} times while it read these files.");
            }

            await ParseAsync(commit, stopping);
        }
        catch (DatasetException e)
        {
            await EndFailedAsync(commit, e.Reason, e.Message);
        }
        catch (Exception e) when (e is BlobNotFoundException or BlobCorruptException)
        {
            await EndFailedAsync(commit, "DATA_LOSS", e.Message, e);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await GuardAsync(commit, () => leases.ReturnAsync(commit, CancellationToken.None));
        }
        catch (Exception e)
        {
            await TryAgainAsync(commit, e);
        }

        Telemetry.CommitDuration.Record(time.GetElapsedTime(started).TotalSeconds);
    }

    private async Task ParseAsync(Commit commit, CancellationToken stopping)
    {
        var progress = new CommitProgress();
        ParsedVersion parsed;
        await using (var heartbeat = new LeaseHeartbeat(
            commit.Key.Name, leases.Length, () => progress.Now, (now, cancel) => leases.RenewAsync(commit, now, cancel), time, logger, stopping))
        {
            using var rejected = quarantine.NewFile();
            try
            {
                parsed = await parser.ParseAsync(
                    DatasetVersion.Parser.ParseFrom(commit.Row.Facts), SourceFiles.Of(blobs, commit.Files), rejected, progress, heartbeat.Token);
                await quarantine.KeepAsync(commit, rejected, heartbeat.Token);
            }
            catch (DatasetException)
            {
                // Whoever mends the files wants to see them all.
                await quarantine.KeepAsync(commit, rejected, heartbeat.Token);
                throw;
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                logger.CommitLost(commit.Key.Name);
                return;
            }
        }

        if (!await leases.SucceedAsync(commit, parsed, CancellationToken.None))
        {
            logger.CommitLost(commit.Key.Name);
            return;
        }

        logger.CommitSucceeded(commit.Key.Name, parsed.Records, parsed.Rejected);
        Telemetry.VersionsEnded.Add(1, new KeyValuePair<string, object?>("state", "succeeded"));
        Telemetry.RecordsParsed.Add(parsed.Records);
        Telemetry.RecordsRejected.Add(parsed.Rejected);
    }

    private async Task TryAgainAsync(Commit commit, Exception e)
    {
        logger.CommitBroke(commit.Key.Name, commit.Attempt, TraceId(), e);
        if (commit.Failures >= MaxFailures)
        {
            var (reason, message) = e is BlobStoreException ? ("STORAGE_FAILED", e.Message) : ("INTERNAL", $"Internal error; trace id {TraceId()}.");
            await EndFailedAsync(commit, reason, message);
        }
        else
        {
            await GuardAsync(commit, () => leases.RetryAsync(commit, RetryDelay * commit.Failures, CancellationToken.None));
        }
    }

    // Deleting a version may take its blobs away under the commit; then there is no row to write, and nothing to report.
    private Task EndFailedAsync(Commit commit, string reason, string message, Exception? broke = null) => GuardAsync(commit, async () =>
    {
        if (await leases.FailAsync(commit, reason, message, CancellationToken.None))
        {
            if (broke is not null)
            {
                logger.CommitBroke(commit.Key.Name, commit.Attempt, TraceId(), broke);
            }

            logger.CommitFailed(commit.Key.Name, reason, message);
            Telemetry.VersionsEnded.Add(1, new KeyValuePair<string, object?>("state", "failed"));
        }
    });

    // When even this cannot be written, the lease runs out and the version is taken up again.
    private async Task GuardAsync(Commit commit, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception e)
        {
            logger.HeartbeatFailed(commit.Key.Name, e);
        }
    }

    private static string TraceId() => Activity.Current?.TraceId.ToHexString() ?? "none";
}
