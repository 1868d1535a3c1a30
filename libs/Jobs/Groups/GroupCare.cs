using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Groups;

/// <summary>What the scheduler does with groups: begin them on their turn, and see to it that none is left lying.</summary>
internal sealed class GroupCare<TDb>(
    JobTransaction<TDb> jobs, JobKinds<TDb> kinds, GroupSteps<TDb> steps, IOptions<JobOptions> options, TimeProvider time, ILogger<GroupCare<TDb>> logger)
    where TDb : MeshDb
{
    private const int PageSize = 100;

    public bool IsGroup(JobRow job) => kinds.FindGroup(job.Kind) is not null;

    /// <summary>Begins a group whose turn has come; nothing happens when another replica was first. A hook that throws is a failed attempt.</summary>
    public async Task BeginAsync(JobRow group, CancellationToken cancel)
    {
        try
        {
            await jobs.ChangeAsync(group.Name, j => j.State == JobState.Queued && j.Attempt == group.Attempt, (db, row) => steps.BeginAsync(db, row, cancel), cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            logger.GroupNotBegun(group.Name, e);
            await FailAsync(group, cancel);
        }
    }

    /// <summary>
    /// Each step of a group is one transaction, so that there should be nothing to do here. But a group without a part under
    /// way is asked for by nobody ever again, so it is looked for.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancel)
    {
        if (kinds.Groups.Count == 0)
        {
            return;
        }

        var left = await jobs.ReadAsync(
            db => db.Jobs()
                .Where(g => (g.State == JobState.Running || g.State == JobState.Cancelling) && kinds.Groups.Contains(g.Kind))
                .Where(g => !db.Jobs().Active().Any(p => p.ParentName == g.Name))
                .OrderBy(g => g.Name).Select(g => g.Name).Take(PageSize).ToListAsync(cancel),
            cancel);
        foreach (var name in left)
        {
            await jobs.ChangeAsync(name, j => j.State == JobState.Running || j.State == JobState.Cancelling, (db, row) => steps.SettleAsync(db, row, cancel), cancel);
        }
    }

    private Task FailAsync(JobRow group, CancellationToken cancel) =>
        jobs.ChangeAsync(
            group.Name,
            j => j.State == JobState.Queued && j.Attempt == group.Attempt,
            async (db, row) =>
            {
                var error = new JobError { Reason = "INTERNAL", Message = "The job could not be cut into parts; the service's log says more." };
                var now = time.GetUtcNow().UtcTicks;
                GroupLife.Begin(row, now);
                JobLife.Fail(row, error, retryable: true, options.Value, now);
                if (row.IsTerminal)
                {
                    await kinds.TellEndAsync(db, row, cancel);
                }
            },
            cancel);
}
