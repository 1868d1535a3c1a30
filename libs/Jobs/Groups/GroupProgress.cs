using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Jobs.Groups;

/// <summary>
/// The progress of groups: the sum over the parts of the stage. It is made when it is read, so that heartbeats write nothing
/// but their own part and a watch, which reads every second, is never behind them. Kept in the group's row at its end.
/// </summary>
internal static class GroupProgress
{
    /// <summary>Sets Done and Total of these groups to what their parts have done. Costs one query.</summary>
    public static async Task ReadProgressAsync(this MeshDb db, IReadOnlyCollection<JobRow> groups, CancellationToken cancel)
    {
        var names = groups.Select(g => g.Name).ToList();
        var sums = await (
            from part in db.Jobs().AsNoTracking()
            where names.Contains(part.ParentName!)
            // A worker's last heartbeat may be from before its last unit.
            let done = part.State == JobState.Succeeded && part.Total > 0 ? part.Total : part.Done
            group new { Done = done, part.Total } by new { part.ParentName, part.PartStage } into stage
            select new { stage.Key.ParentName, stage.Key.PartStage, Done = stage.Sum(p => p.Done), Total = stage.Sum(p => p.Total) }).ToListAsync(cancel);
        foreach (var group in groups)
        {
            var sum = sums.SingleOrDefault(s => s.ParentName == group.Name && s.PartStage == group.Stage);
            (group.Done, group.Total) = (sum?.Done ?? 0, sum?.Total ?? 0);
        }
    }
}
