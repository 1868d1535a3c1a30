using System.Linq.Expressions;
using Mesh.Jobs.Groups;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Jobs.Storage;

/// <summary>Changes that may end a job: then its kind is told, and the group that it is part of goes on, in the same transaction.</summary>
internal sealed class JobEnds<TDb>(JobTransaction<TDb> jobs, JobKinds<TDb> kinds, GroupSteps<TDb> groups, TimeProvider time)
    where TDb : MeshDb
{
    /// <returns>The row after the change; null when no row meets the condition, and then nothing has changed.</returns>
    public Task<JobRow?> ChangeAsync(string name, Expression<Func<JobRow, bool>> condition, Action<JobRow> change, CancellationToken cancel) =>
        jobs.ChangeWithGroupAsync(name, condition, (db, row) => ChangeAsync(db, row, change, cancel), cancel);

    /// <summary>Asks for cancellation, of a group and all its parts too. No effect on a job that has ended.</summary>
    /// <returns>Null when there is no such job.</returns>
    public Task<JobRow?> CancelAsync(string name, CancellationToken cancel) =>
        jobs.ChangeWithGroupAsync(
            name,
            _ => true,
            (db, row) => kinds.FindGroup(row.Kind) is not null
                ? groups.CancelAsync(db, row, cancel)
                : ChangeAsync(db, row, r => JobLife.RequestCancel(r, time.GetUtcNow().UtcTicks), cancel),
            cancel);

    private async Task ChangeAsync(TDb db, JobRow row, Action<JobRow> change, CancellationToken cancel)
    {
        var ended = row.IsTerminal;
        change(row);
        if (ended || !row.IsTerminal)
        {
            return;
        }

        await kinds.TellEndAsync(db, row, cancel);
        if (row.ParentName is not null)
        {
            await groups.PartEndedAsync(db, row, cancel);
        }
    }
}
