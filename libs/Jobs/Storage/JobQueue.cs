using Mesh.Jobs.Groups;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Storage;

/// <summary>What the scheduler does with jobs: claim, take back.</summary>
internal sealed class JobQueue<TDb>(
    JobTransaction<TDb> jobs, JobEnds<TDb> ends, GroupCare<TDb> groups, IOptions<JobOptions> options, TimeProvider time)
    where TDb : MeshDb
{
    private const int PageSize = 100;

    private long Now => time.GetUtcNow().UtcTicks;

    /// <summary>
    /// Claims the job that has waited longest, if it fits. One that does not fit holds back those behind it, or a large
    /// job would wait for ever behind small ones. One that needs more GPUs than <paramref name="machine"/> has is left to
    /// another replica. The parts of a group have its age; a group itself needs no room and begins when it comes to the head.
    /// </summary>
    /// <param name="free">What running jobs have left of the machine.</param>
    public async Task<JobRow?> ClaimNextAsync(JobResources machine, JobResources free, byte[] tokenHash, CancellationToken cancel)
    {
        while (true)
        {
            var now = Now;
            var head = await jobs.ReadAsync(
                db => db.Jobs().AsNoTracking()
                    .Where(j => j.State == JobState.Queued && j.NotBeforeTicks <= now && j.Gpus <= machine.Gpus)
                    .OrderBy(j => j.TurnTicks).ThenBy(j => j.CreatedTicks).ThenBy(j => j.Name)
                    .FirstOrDefaultAsync(cancel),
                cancel);
            if (head is not null && groups.IsGroup(head))
            {
                await groups.BeginAsync(head, cancel);
                continue;
            }

            if (head is null || !head.Resources.CappedBy(machine).Fits(free))
            {
                return null;
            }

            var claimed = await jobs.ChangeAsync(
                head.Name,
                j => j.State == JobState.Queued && j.Attempt == head.Attempt && j.NotBeforeTicks <= now,
                row => JobLife.Start(row, tokenHash, options.Value.Lease, Now),
                cancel);
            if (claimed is not null)
            {
                return claimed;
            }
        }
    }

    /// <summary>The worker's process is gone. Changes nothing when it had reported its end.</summary>
    public Task<JobRow?> AttemptExitedAsync(string name, int attempt, string how, CancellationToken cancel) =>
        EndAsync(
            name,
            attempt,
            row =>
            {
                if (row.YieldRequested)
                {
                    JobLife.GiveBack(row, Now);
                    return;
                }

                var why = how == "SIGKILL" ? " That is what happens when memory runs out." : "";
                var error = new JobError { Reason = "WORKER_EXITED", Message = $"The worker ended with {how} before it had a result.{why}" };
                JobLife.Fail(row, error, retryable: true, options.Value, Now);
            },
            cancel);

    /// <summary>Takes the jobs of silent workers back.</summary>
    public async Task<IReadOnlyList<JobRow>> ExpireLeasesAsync(CancellationToken cancel)
    {
        var now = Now;
        var silent = await ListWorkingAsync(now, cancel);
        var lost = new List<JobRow>();
        foreach (var job in silent)
        {
            if (await EndAsync(job.Name, job.Attempt, row => JobLife.LoseLease(row, options.Value, Now), cancel, expiredAt: now) is { } row)
            {
                lost.Add(row);
            }
        }

        return lost;
    }

    /// <summary>At the start of a service that owns its database alone: no worker of before can still have a job.</summary>
    public async Task<int> TakeBackAllAsync(CancellationToken cancel)
    {
        var count = 0;
        List<JobRow> left;
        while ((left = await ListWorkingAsync(long.MaxValue, cancel)).Count > 0)
        {
            foreach (var job in left)
            {
                await EndAsync(job.Name, job.Attempt, row => JobLife.GiveBack(row, Now), cancel);
            }

            count += left.Count;
        }

        return count;
    }

    /// <summary>
    /// At the start of a service that owns its database alone: a job that needs more GPUs than there are would wait for
    /// ever. It ends as an attempt that failed.
    /// </summary>
    public async Task<IReadOnlyList<JobRow>> FailImpossibleAsync(JobResources machine, CancellationToken cancel)
    {
        var impossible = await jobs.ReadAsync(
            db => db.Jobs().AsNoTracking().Where(j => j.State == JobState.Queued && j.Gpus > machine.Gpus).ToListAsync(cancel), cancel);
        var failed = new List<JobRow>();
        foreach (var job in impossible)
        {
            var error = new JobError { Reason = "NOT_ENOUGH_GPUS", Message = $"The job needs {job.Gpus} GPUs; this service has {machine.Gpus} for jobs." };
            var row = await ends.ChangeAsync(
                job.Name,
                j => j.State == JobState.Queued,
                row =>
                {
                    JobLife.Begin(row, Now);
                    JobLife.Fail(row, error, retryable: false, options.Value, Now);
                },
                cancel);
            if (row is not null)
            {
                failed.Add(row);
            }
        }

        return failed;
    }

    public Task<bool> OwnsDatabaseAsync(CancellationToken cancel) => jobs.ReadAsync(db => Task.FromResult(db.Database.IsSqlite()), cancel);

    /// <summary>How these jobs stand now.</summary>
    public Task<List<JobStanding>> ReadAsync(IReadOnlyCollection<string> names, CancellationToken cancel) =>
        jobs.ReadAsync(
            db => db.Jobs().Where(j => names.Contains(j.Name)).Select(j => new JobStanding(j.Name, j.Attempt, j.State, j.LeaseExpiresTicks > 0)).ToListAsync(cancel),
            cancel);

    /// <summary>Jobs with a worker. By state, which has an index: this is asked every second, of all jobs that ever were.</summary>
    private Task<List<JobRow>> ListWorkingAsync(long expiredAt, CancellationToken cancel) =>
        jobs.ReadAsync(
            db => db.Jobs().AsNoTracking()
                .Where(j => (j.State == JobState.Running || j.State == JobState.Cancelling) && j.LeaseExpiresTicks > 0 && j.LeaseExpiresTicks <= expiredAt)
                .OrderBy(j => j.LeaseExpiresTicks).Take(PageSize).ToListAsync(cancel),
            cancel);

    private Task<JobRow?> EndAsync(string name, int attempt, Action<JobRow> end, CancellationToken cancel, long expiredAt = long.MaxValue) =>
        ends.ChangeAsync(name, j => j.Attempt == attempt && j.LeaseExpiresTicks > 0 && j.LeaseExpiresTicks <= expiredAt, end, cancel);
}

/// <summary>What supervision needs to know of a job; the rest of its row may be large.</summary>
internal sealed record JobStanding(string Name, int Attempt, JobState State, bool HasWorker);
