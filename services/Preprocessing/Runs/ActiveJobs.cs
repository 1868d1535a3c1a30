using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;

namespace Mesh.Preprocessing.Runs;

internal static class ActiveJobs
{
    /// <summary>Those that have not ended.</summary>
    public static IQueryable<JobRow> Active(this IQueryable<JobRow> jobs) =>
        jobs.Where(j => j.State != JobState.Succeeded && j.State != JobState.Failed && j.State != JobState.Cancelled);
}
