using Google.Protobuf;
using Mesh.Ingest.Storage;
using Mesh.Ingest.Versions;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Watching;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Commits;

/// <summary>A version this process commits.</summary>
/// <param name="Failures">Attempts that went wrong, this one included.</param>
internal sealed record Commit(VersionKey Key, int Attempt, int Failures, VersionRow Row, IReadOnlyList<VersionFileRow> Files);

/// <summary>
/// Who commits what, in the database: a version in RUNNING belongs to the process that took it up until its lease ends. Each
/// write names the attempt, so that a process that lost its lease changes nothing.
/// </summary>
internal sealed class CommitLeases(IDbContextFactory<IngestDb> databases, ChangeSignals signals, IOptions<IngestOptions> options, TimeProvider time)
{
    private readonly string _owner = $"{Environment.MachineName[..Math.Min(Environment.MachineName.Length, 24)]}-{Guid.NewGuid().ToString("n")[..12]}";

    public TimeSpan Length => options.Value.CommitLease;

    /// <summary>At start: an SQLite file has one process, so every lease in it is of one that is gone.</summary>
    public async Task TakeOverAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (db.Database.IsSqlite())
        {
            await db.Versions.Where(v => v.State == JobState.Running).ExecuteUpdateAsync(set => set.SetProperty(v => v.LeaseUntilTicks, 0), cancel);
        }
    }

    /// <summary>Takes up the oldest version that waits; null when there is none, or another process was faster.</summary>
    public async Task<Commit?> ClaimAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = time.GetUtcNow().UtcTicks;
        var row = await db.Versions.AsNoTracking().Where(v => v.State == JobState.Running && v.LeaseUntilTicks < now)
            .OrderBy(v => v.CreatedTicks).FirstOrDefaultAsync(cancel);
        if (row is null)
        {
            return null;
        }

        var key = row.Key();
        var claimed = await db.Versions.Of(key).Where(v => v.State == JobState.Running && v.Attempt == row.Attempt && v.LeaseUntilTicks < now)
            .ExecuteUpdateAsync(
                set => set.SetProperty(v => v.Attempt, row.Attempt + 1)
                    .SetProperty(v => v.Failures, row.Failures + 1)
                    .SetProperty(v => v.LeaseOwner, _owner)
                    .SetProperty(v => v.LeaseUntilTicks, now + Length.Ticks)
                    .SetProperty(v => v.StartTicks, v => v.StartTicks ?? now),
                cancel);
        return claimed == 0 ? null : new Commit(key, row.Attempt + 1, row.Failures + 1, row, await db.Files.AsNoTracking().Of(key).ToListAsync(cancel));
    }

    /// <returns>False when the version is no longer this process's: deleted, or taken over.</returns>
    public Task<bool> RenewAsync(Commit commit, (string Stage, long Done, long Total) progress, CancellationToken cancel)
    {
        var until = time.GetUtcNow().UtcTicks + Length.Ticks;
        return WriteAsync(
            commit,
            rows => rows.ExecuteUpdateAsync(
                set => set.SetProperty(v => v.LeaseUntilTicks, until)
                    .SetProperty(v => v.Stage, progress.Stage)
                    .SetProperty(v => v.Done, progress.Done)
                    .SetProperty(v => v.Total, progress.Total),
                cancel),
            cancel);
    }

    public async Task<bool> SucceedAsync(Commit commit, ParsedVersion parsed, CancellationToken cancel)
    {
        var (now, facts, seen) = (time.GetUtcNow().UtcTicks, parsed.Facts.ToByteArray(), parsed.Records + parsed.Rejected);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var written = await Mine(db, commit).ExecuteUpdateAsync(
            set => set.SetProperty(v => v.State, JobState.Succeeded)
                .SetProperty(v => v.EndTicks, now)
                .SetProperty(v => v.Digest, parsed.Digest)
                .SetProperty(v => v.Facts, facts)
                .SetProperty(v => v.Stage, "ready")
                .SetProperty(v => v.Done, seen)
                .SetProperty(v => v.Total, seen),
            cancel);
        if (written == 1)
        {
            var (project, dataset, version) = commit.Key;
            db.Add(new VersionDetailsRow
            {
                Project = project, DatasetId = dataset, Version = version, Rejections = parsed.Rejections, Restarts = parsed.Restarts,
                Statistics = parsed.Statistics.ToByteArray(),
            });
            await db.SaveChangesAsync(cancel);
        }

        await transaction.CommitAsync(cancel);
        signals.Pulse(commit.Key.Name);
        return written == 1;
    }

    /// <summary>Names the blob that is about to hold the rejected records: from now on it is not collected.</summary>
    public Task<bool> QuarantineAsync(Commit commit, string sha256, CancellationToken cancel) =>
        WriteAsync(commit, rows => rows.ExecuteUpdateAsync(set => set.SetProperty(v => v.QuarantineSha256, sha256), cancel), cancel);

    public Task<bool> FailAsync(Commit commit, string reason, string message, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcTicks;
        return WriteAsync(
            commit,
            rows => rows.ExecuteUpdateAsync(
                set => set.SetProperty(v => v.State, JobState.Failed)
                    .SetProperty(v => v.EndTicks, now)
                    .SetProperty(v => v.ErrorReason, reason)
                    .SetProperty(v => v.ErrorMessage, message),
                cancel),
            cancel);
    }

    /// <summary>Gives the version back in good order, because the service stops: no failure.</summary>
    public Task<bool> ReturnAsync(Commit commit, CancellationToken cancel) => WriteAsync(
        commit,
        rows => rows.ExecuteUpdateAsync(
            set => set.SetProperty(v => v.LeaseUntilTicks, 0).SetProperty(v => v.Failures, commit.Failures - 1), cancel),
        cancel);

    /// <summary>Gives the version back after a failure, to be taken up again after a while.</summary>
    public Task<bool> RetryAsync(Commit commit, TimeSpan after, CancellationToken cancel)
    {
        var until = time.GetUtcNow().UtcTicks + after.Ticks;
        return WriteAsync(commit, rows => rows.ExecuteUpdateAsync(set => set.SetProperty(v => v.LeaseUntilTicks, until), cancel), cancel);
    }

    private async Task<bool> WriteAsync(Commit commit, Func<IQueryable<VersionRow>, Task<int>> write, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var written = await write(Mine(db, commit));
        signals.Pulse(commit.Key.Name);
        return written == 1;
    }

    private static IQueryable<VersionRow> Mine(IngestDb db, Commit commit) =>
        db.Versions.Of(commit.Key).Where(v => v.Attempt == commit.Attempt && v.State == JobState.Running);
}
