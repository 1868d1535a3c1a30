using System.Linq.Expressions;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mesh.Jobs.Storage;

/// <summary>
/// The one way a job changes: an UPDATE … WHERE takes the row's lock if the condition holds, the change is made on what
/// the row is then, and all of it commits at once. Works alike on SQLite (one writer) and PostgreSQL (row locks).
/// </summary>
internal sealed class JobTransaction<TDb>(IDbContextFactory<TDb> dbs, ChangeSignals signals, ILogger<JobTransaction<TDb>> logger)
    where TDb : MeshDb
{
    /// <summary>Pulsed when a job may have become claimable, or room for one.</summary>
    public const string QueueSignal = "jobs";

    private const int MaxTries = 3;

    /// <returns>The row after the change; null when no row meets the condition, and then nothing has changed.</returns>
    public Task<JobRow?> ChangeAsync(
        string name, Expression<Func<JobRow, bool>> condition, Func<TDb, JobRow, Task> change, CancellationToken cancel) =>
        ChangeAsync(name, condition, change, withGroup: false, cancel);

    /// <summary>A change that may go on to the job's group: if it is part of one, the group's row is locked too, and first.</summary>
    public Task<JobRow?> ChangeWithGroupAsync(
        string name, Expression<Func<JobRow, bool>> condition, Func<TDb, JobRow, Task> change, CancellationToken cancel) =>
        ChangeAsync(name, condition, change, withGroup: true, cancel);

    public Task<JobRow?> ChangeAsync(string name, Expression<Func<JobRow, bool>> condition, Action<JobRow> change, CancellationToken cancel) =>
        ChangeAsync(
            name,
            condition,
            (_, row) =>
            {
                change(row);
                return Task.CompletedTask;
            },
            cancel);

    public async Task<JobRow?> FindAsync(string name, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Jobs().AsNoTracking().SingleOrDefaultAsync(j => j.Name == name, cancel);
    }

    public async Task<T> ReadAsync<T>(Func<TDb, Task<T>> read, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await read(db);
    }

    private async Task<JobRow?> ChangeAsync(
        string name, Expression<Func<JobRow, bool>> condition, Func<TDb, JobRow, Task> change, bool withGroup, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryChangeAsync(name, condition, change, withGroup, cancel);
            }
            catch (Exception e) when (tries < MaxTries && (e is DbUpdateException lost && lost.IsUniqueViolation() || e.IsDeadlock()))
            {
                // Another transaction was first; the hooks see its rows the next time.
            }
        }
    }

    private async Task<JobRow?> TryChangeAsync(
        string name, Expression<Func<JobRow, bool>> condition, Func<TDb, JobRow, Task> change, bool withGroup, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var ended = new List<JobRow>();
        db.SavingChanges += (_, _) => ended.AddRange(Ending(db));
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (withGroup && await db.Jobs().Where(j => j.Name == name).Select(j => j.ParentName).SingleOrDefaultAsync(cancel) is { } group)
        {
            await LockAsync(db.Jobs().Where(j => j.Name == group), cancel);
        }

        if (!await LockAsync(db.Jobs().Where(j => j.Name == name).Where(condition), cancel))
        {
            return null;
        }

        var row = await db.Jobs().SingleAsync(j => j.Name == name, cancel);
        await change(db, row);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        Tell(ended, [.. db.ChangeTracker.Entries<JobRow>().Select(e => e.Entity)]);
        return row;
    }

    /// <returns>Whether there was a row to lock.</returns>
    private static async Task<bool> LockAsync(IQueryable<JobRow> row, CancellationToken cancel) =>
        await row.ExecuteUpdateAsync(set => set.SetProperty(j => j.Revision, j => j.Revision + 1), cancel) > 0;

    /// <summary>The jobs that end with what is about to be saved.</summary>
    private static IEnumerable<JobRow> Ending(TDb db) => db.ChangeTracker.Entries<JobRow>()
        .Where(e => e.Entity.IsTerminal && e.State != EntityState.Added && !JobLife.IsTerminal(e.OriginalValues.GetValue<JobState>(nameof(JobRow.State))))
        .Select(e => e.Entity);

    /// <summary>After the commit: here, where every way to end comes by, and only once.</summary>
    private void Tell(List<JobRow> ended, IReadOnlyList<JobRow> changed)
    {
        foreach (var row in ended)
        {
            logger.JobEnded(row.Name, row.State.ToString(), row.Attempt);
            Telemetry.JobsEnded.Add(1, new("mesh.job.kind", row.Kind), new("mesh.job.state", row.State.ToString()));
        }

        foreach (var row in changed)
        {
            signals.Pulse(row.Name);
        }

        if (!changed.All(JobLife.HasWorker))
        {
            signals.Pulse(QueueSignal);
        }
    }
}
