using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Storage;

/// <summary>What the scheduler does with jobs: claim, take back.</summary>
internal sealed class JobQueue<TDb>(JobTransaction<TDb> jobs, JobKinds<TDb> kinds, IOptions<JobOptions> options, TimeProvider time)
    where TDb : MeshDb
{
    private const int PageSize = 100;

    private long Now => time.GetUtcNow().UtcTicks;

    /// <summary>
    /// Claims the job that has waited longest, if it fits. One that does not fit holds back those behind it, or a large
    /// job would wait for ever behind small ones.
    /// </summary>
    public async Task<JobRow?> ClaimNextAsync(JobResources free, byte[] tokenHash, CancellationToken cancel)
    {
        while (true)
        {
            var now = Now;
            var head = await jobs.ReadAsync(
                db => db.Jobs().AsNoTracking()
                    .Where(j => j.State == JobState.Queued && j.NotBeforeTicks <= now)
                    .OrderBy(j => j.CreatedTicks).ThenBy(j => j.Name)
                    .FirstOrDefaultAsync(cancel),
                cancel);
            if (head is null || !head.Resources.Fits(free))
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

                var error = new JobError { Reason = "WORKER_EXITED", Message = $"The worker ended with {how} before it had a result." };
                JobLife.Fail(row, error, retryable: true, options.Value, Now);
            },
            cancel);

    /// <summary>Takes the jobs of silent workers back.</summary>
    public async Task<IReadOnlyList<JobRow>> ExpireLeasesAsync(CancellationToken cancel)
    {
        var now = Now;
        var silent = await ListAsync(j => j.LeaseExpiresTicks > 0 && j.LeaseExpiresTicks <= now, cancel);
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
        while ((left = await ListAsync(j => j.LeaseExpiresTicks > 0, cancel)).Count > 0)
        {
            foreach (var job in left)
            {
                await EndAsync(job.Name, job.Attempt, row => JobLife.GiveBack(row, Now), cancel);
            }

            count += left.Count;
        }

        return count;
    }

    public Task<bool> OwnsDatabaseAsync(CancellationToken cancel) => jobs.ReadAsync(db => Task.FromResult(db.Database.IsSqlite()), cancel);

    /// <summary>The present rows of these jobs.</summary>
    public Task<List<JobRow>> ReadAsync(IReadOnlyCollection<string> names, CancellationToken cancel) =>
        jobs.ReadAsync(db => db.Jobs().AsNoTracking().Where(j => names.Contains(j.Name)).ToListAsync(cancel), cancel);

    private Task<List<JobRow>> ListAsync(System.Linq.Expressions.Expression<Func<JobRow, bool>> which, CancellationToken cancel) =>
        jobs.ReadAsync(db => db.Jobs().AsNoTracking().Where(which).OrderBy(j => j.LeaseExpiresTicks).Take(PageSize).ToListAsync(cancel), cancel);

    private Task<JobRow?> EndAsync(string name, int attempt, Action<JobRow> end, CancellationToken cancel, long expiredAt = long.MaxValue) =>
        jobs.ChangeAsync(
            name,
            j => j.Attempt == attempt && j.LeaseExpiresTicks > 0 && j.LeaseExpiresTicks <= expiredAt,
            async (db, row) =>
            {
                end(row);
                if (row.IsTerminal)
                {
                    await kinds.Get(row.Kind).OnEndedAsync(db, row, cancel);
                }
            },
            cancel);
}
