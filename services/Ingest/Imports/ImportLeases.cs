using Mesh.Ingest.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Watching;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports;

/// <summary>An import that this process works on.</summary>
/// <param name="Failures">Attempts that went wrong, this one included.</param>
internal sealed record ImportLease(ImportKey Key, int Attempt, int Failures, ImportRow Row);

/// <summary>
/// Who works on which import, in the database: one in RUNNING or CANCELLING belongs to the process that took it up until its lease
/// ends. Each write names the attempt, so that a process that lost its lease changes nothing.
/// </summary>
internal sealed class ImportLeases(IDbContextFactory<IngestDb> databases, ChangeSignals signals, IOptions<ImportOptions> options, TimeProvider time)
{
    public TimeSpan Length => options.Value.Lease;

    /// <summary>At start: an SQLite file has one process, so every lease in it is of one that is gone.</summary>
    public async Task TakeOverAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (db.Database.IsSqlite())
        {
            await db.Imports.Where(i => i.State == JobState.Running || i.State == JobState.Cancelling)
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseUntilTicks, 0), cancel);
        }
    }

    /// <summary>Takes up the oldest import that waits; null when there is none, or another process was faster.</summary>
    public async Task<ImportLease?> ClaimAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = time.GetUtcNow().UtcTicks;
        var row = await db.Imports.AsNoTracking()
            .Where(i => (i.State == JobState.Queued || i.State == JobState.Running || i.State == JobState.Cancelling) && i.LeaseUntilTicks < now)
            .OrderBy(i => i.CreatedTicks).FirstOrDefaultAsync(cancel);
        if (row is null)
        {
            return null;
        }

        var key = row.Key();
        var state = row.State == JobState.Cancelling ? JobState.Cancelling : JobState.Running;
        var claimed = await db.Imports.Of(key).Where(i => i.State == row.State && i.Attempt == row.Attempt && i.LeaseUntilTicks < now)
            .ExecuteUpdateAsync(
                set => set.SetProperty(i => i.State, state)
                    .SetProperty(i => i.Attempt, row.Attempt + 1)
                    .SetProperty(i => i.Failures, row.Failures + 1)
                    .SetProperty(i => i.LeaseUntilTicks, now + Length.Ticks)
                    .SetProperty(i => i.StartTicks, i => i.StartTicks ?? now),
                cancel);
        signals.Pulse(key.Name);
        return claimed == 0 ? null : new ImportLease(key, row.Attempt + 1, row.Failures + 1, row);
    }

    /// <returns>False when the import is no longer to be worked on by this process: cancelled, or taken over.</returns>
    public Task<bool> RenewAsync(ImportLease lease, (string Stage, long Done, long Total) progress, CancellationToken cancel)
    {
        var until = time.GetUtcNow().UtcTicks + Length.Ticks;
        return WriteAsync(
            lease, JobState.Running,
            rows => rows.ExecuteUpdateAsync(
                set => set.SetProperty(i => i.LeaseUntilTicks, until)
                    .SetProperty(i => i.Stage, progress.Stage)
                    .SetProperty(i => i.Done, progress.Done)
                    .SetProperty(i => i.Total, progress.Total),
                cancel),
            cancel);
    }

    /// <summary>Writes what the source holds, all at once.</summary>
    /// <returns>False when the lease is lost.</returns>
    public async Task<bool> ListedAsync(ImportLease lease, IReadOnlyList<ImportFileRow> files, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var written = await Mine(db, lease, JobState.Running).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.Listed, true).SetProperty(i => i.Total, files.Sum(f => f.Bytes ?? 0)), cancel);
        if (written == 0)
        {
            return false;
        }

        await db.AddRangeAsync(files, cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signals.Pulse(lease.Key.Name);
        return true;
    }

    public Task<bool> SucceedAsync(ImportLease lease, long bytes, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcTicks;
        return WriteAsync(
            lease, JobState.Running,
            rows => rows.ExecuteUpdateAsync(
                set => set.SetProperty(i => i.State, JobState.Succeeded)
                    .SetProperty(i => i.EndTicks, now)
                    .SetProperty(i => i.Stage, "done")
                    .SetProperty(i => i.Done, bytes)
                    .SetProperty(i => i.Total, bytes),
                cancel),
            cancel);
    }

    public Task<bool> FailAsync(ImportLease lease, string reason, string message, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcTicks;
        return WriteAsync(
            lease, JobState.Running,
            rows => rows.ExecuteUpdateAsync(
                set => set.SetProperty(i => i.State, JobState.Failed)
                    .SetProperty(i => i.EndTicks, now)
                    .SetProperty(i => i.ErrorReason, reason)
                    .SetProperty(i => i.ErrorMessage, message),
                cancel),
            cancel);
    }

    /// <returns>False when nobody asked to cancel it.</returns>
    public Task<bool> CancelledAsync(ImportLease lease, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcTicks;
        return WriteAsync(
            lease, JobState.Cancelling,
            rows => rows.ExecuteUpdateAsync(set => set.SetProperty(i => i.State, JobState.Cancelled).SetProperty(i => i.EndTicks, now), cancel), cancel);
    }

    /// <summary>Gives the import back in good order, because the service stops: no failure.</summary>
    public Task<bool> ReturnAsync(ImportLease lease, CancellationToken cancel) => WriteAsync(
        lease, JobState.Running,
        rows => rows.ExecuteUpdateAsync(
            set => set.SetProperty(i => i.State, JobState.Queued).SetProperty(i => i.LeaseUntilTicks, 0).SetProperty(i => i.Failures, lease.Failures - 1), cancel),
        cancel);

    /// <summary>Gives the import back after a failure, to be taken up again after a while.</summary>
    public Task<bool> RetryAsync(ImportLease lease, TimeSpan after, CancellationToken cancel)
    {
        var until = time.GetUtcNow().UtcTicks + after.Ticks;
        return WriteAsync(
            lease, JobState.Running,
            rows => rows.ExecuteUpdateAsync(set => set.SetProperty(i => i.State, JobState.Queued).SetProperty(i => i.LeaseUntilTicks, until), cancel), cancel);
    }

    private async Task<bool> WriteAsync(ImportLease lease, JobState state, Func<IQueryable<ImportRow>, Task<int>> write, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var written = await write(Mine(db, lease, state));
        signals.Pulse(lease.Key.Name);
        return written == 1;
    }

    private static IQueryable<ImportRow> Mine(IngestDb db, ImportLease lease, JobState state) =>
        db.Imports.Of(lease.Key).Where(i => i.Attempt == lease.Attempt && i.State == state);
}
