using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mesh.Jobs.Groups;

/// <summary>
/// How a group goes on, inside a transaction that has its row's lock. Locks are taken in one order, the group's before those
/// of its parts, so that no two transactions wait for each other.
/// </summary>
internal sealed class GroupSteps<TDb>(JobKinds<TDb> kinds, TimeProvider time, ILogger<GroupSteps<TDb>> logger)
    where TDb : MeshDb
{
    private long Now => time.GetUtcNow().UtcTicks;

    public async Task BeginAsync(TDb db, JobRow group, CancellationToken cancel)
    {
        GroupLife.Begin(group, Now);
        await KindOf(group).OnBegunAsync(db, Hold(db, group), cancel);
        await SettleAsync(db, group, cancel);
    }

    /// <summary>A part has just ended; its own hooks have run.</summary>
    public async Task PartEndedAsync(TDb db, JobRow part, CancellationToken cancel)
    {
        // The hook and the queries below are to see it.
        await db.SaveChangesAsync(cancel);
        var group = await db.Jobs().SingleAsync(j => j.Name == part.ParentName, cancel);
        if (!GroupLife.IsDecided(group))
        {
            if (part.State == JobState.Succeeded)
            {
                await KindOf(group).OnPartCompletedAsync(db, Hold(db, group), part, Any.Parser.ParseFrom(part.Result), cancel);
            }
            else
            {
                GroupLife.LosePart(group, part);
            }
        }

        await SettleAsync(db, group, cancel);
    }

    public async Task CancelAsync(TDb db, JobRow group, CancellationToken cancel)
    {
        GroupLife.RequestCancel(group);
        await SettleAsync(db, group, cancel);
    }

    /// <summary>Cancels the parts of a group whose end is decided, and ends it when none is under way.</summary>
    public async Task SettleAsync(TDb db, JobRow group, CancellationToken cancel)
    {
        if (group.IsTerminal)
        {
            return;
        }

        await db.SaveChangesAsync(cancel);
        if (GroupLife.IsDecided(group))
        {
            await CancelPartsAsync(db, group, cancel);
        }

        if (await db.PartsOf(group.Name).Active().AnyAsync(cancel))
        {
            return;
        }

        if (!GroupLife.IsDecided(group))
        {
            logger.GroupStalled(group.Name);
        }

        GroupLife.End(group, Now);
        await db.ReadProgressAsync([group], cancel);
        await kinds.TellEndAsync(db, group, cancel);
    }

    private async Task CancelPartsAsync(TDb db, JobRow group, CancellationToken cancel)
    {
        // Whatever a part is doing, it is locked before it is read: a claim was before this, or finds it cancelled.
        var locked = await db.PartsOf(group.Name).Active().Where(p => p.State != JobState.Cancelling)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Revision, p => p.Revision + 1), cancel);
        if (locked == 0)
        {
            return;
        }

        foreach (var part in await db.PartsOf(group.Name).Active().Where(p => p.State != JobState.Cancelling).OrderBy(p => p.Name).ToListAsync(cancel))
        {
            JobLife.RequestCancel(part, Now);
            if (part.IsTerminal)
            {
                await kinds.TellEndAsync(db, part, cancel);
            }
        }

        await db.SaveChangesAsync(cancel);
    }

    private GroupKind<TDb> KindOf(JobRow group) =>
        kinds.FindGroup(group.Kind) ?? throw new InvalidOperationException($"The job kind \"{group.Kind}\" is not that of a group.");

    private JobGroup Hold(TDb db, JobRow group) => new(db, group, kind => kinds.Get(kind) is GroupKind<TDb>, Now);
}
