using System.Linq.Expressions;
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
    public async Task<JobRow?> ChangeAsync(
        string name, Expression<Func<JobRow, bool>> condition, Func<TDb, JobRow, Task> change, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryChangeAsync(name, condition, change, cancel);
            }
            catch (DbUpdateException e) when (e.IsUniqueViolation() && tries < MaxTries)
            {
                // Another transaction inserted the same key first; the hooks see its row the next time.
            }
        }
    }

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

    private async Task<JobRow?> TryChangeAsync(
        string name, Expression<Func<JobRow, bool>> condition, Func<TDb, JobRow, Task> change, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var held = await db.Jobs().Where(j => j.Name == name).Where(condition)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Revision, j => j.Revision + 1), cancel);
        if (held == 0)
        {
            return null;
        }

        var row = await db.Jobs().SingleAsync(j => j.Name == name, cancel);
        var ended = row.IsTerminal;
        await change(db, row);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        if (row.IsTerminal && !ended)
        {
            // Here, where every way to end comes by, and only once.
            logger.JobEnded(row.Name, row.State.ToString(), row.Attempt);
            Telemetry.JobsEnded.Add(1, new("mesh.job.kind", row.Kind), new("mesh.job.state", row.State.ToString()));
        }

        signals.Pulse(name);
        if (!JobLife.HasWorker(row))
        {
            signals.Pulse(QueueSignal);
        }

        return row;
    }
}
