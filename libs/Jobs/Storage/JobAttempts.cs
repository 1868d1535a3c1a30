using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Storage;

/// <summary>What a worker does to its job. Every write is fenced: it happens only while the attempt has the lease.</summary>
internal sealed class JobAttempts<TDb>(
    JobTransaction<TDb> jobs, JobEnds<TDb> ends, JobKinds<TDb> kinds, IOptions<JobOptions> options, TimeProvider time)
    where TDb : MeshDb
{
    private long Now => time.GetUtcNow().UtcTicks;

    private long NewLease => Now + options.Value.Lease.Ticks;

    public Task<JobRow?> FindAsync(string name, CancellationToken cancel) => jobs.FindAsync(name, cancel);

    /// <exception cref="MeshException">LEASE_LOST.</exception>
    public Task<JobRow> StartAsync(string name, int attempt, CancellationToken cancel) =>
        WriteAsync(name, attempt, (_, row) => Renew(row, null, 0), cancel);

    /// <summary>Renews the lease. Costs one read while the progress stands still and most of the lease is left.</summary>
    /// <param name="unitsDone">In all stages of the attempt.</param>
    public async Task<JobRow> HeartbeatAsync(string name, int attempt, Progress? progress, long unitsDone, CancellationToken cancel)
    {
        var row = await jobs.FindAsync(name, cancel);
        if (row is null || row.Attempt != attempt || !JobLife.HasWorker(row))
        {
            throw LeaseLost(name, attempt);
        }

        var fresh = row.LeaseExpiresTicks - Now > options.Value.Lease.Ticks / 3 * 2;
        return fresh && IsShown(row, progress) ? row : await WriteAsync(name, attempt, (_, r) => Renew(r, progress, unitsDone), cancel);
    }

    /// <summary>Records events in order and once; the kind's hook runs in the same transaction.</summary>
    /// <returns>The last recorded sequence.</returns>
    public async Task<long> RecordAsync(string name, int attempt, IReadOnlyList<Event> events, CancellationToken cancel)
    {
        var row = await WriteAsync(
            name,
            attempt,
            async (db, job) =>
            {
                var last = job.RecordedSequence;
                var fresh = events.Where(e => e.Sequence > last).ToList();
                if (fresh.Count > 0)
                {
                    job.RecordedSequence = fresh[^1].Sequence;
                    await kinds.Get(job.Kind).OnEventsAsync(db, job, fresh, cancel);
                }

                job.LeaseExpiresTicks = NewLease;
            },
            cancel);
        return row.RecordedSequence;
    }

    /// <summary>Makes the job SUCCEEDED together with what the kind's hook writes. Harmless when repeated.</summary>
    /// <exception cref="MeshException">LEASE_LOST, or CANCELLING when cancellation was asked for first.</exception>
    public async Task<JobRow> CompleteAsync(string name, int attempt, Any result, CancellationToken cancel)
    {
        var bytes = result.ToByteArray();
        if (await ends.ChangeAsync(name, j => j.Attempt == attempt && j.State == JobState.Running, job => JobLife.Succeed(job, bytes, Now), cancel) is { } done)
        {
            return done;
        }

        var row = await jobs.FindAsync(name, cancel);
        return row switch
        {
            { State: JobState.Succeeded } when row.Attempt == attempt && bytes.AsSpan().SequenceEqual(row.Result) => row,
            { State: JobState.Cancelling } when row.Attempt == attempt => throw MeshError.Precondition("CANCELLING", $"{name} is being cancelled."),
            _ => throw LeaseLost(name, attempt),
        };
    }

    public async Task<JobRow> EndAsync(string name, int attempt, Outcome outcome, JobError error, bool retryable, CancellationToken cancel) =>
        await ends.ChangeAsync(
            name,
            j => j.Attempt == attempt && j.LeaseExpiresTicks > 0,
            job =>
            {
                if (outcome == Outcome.Failed)
                {
                    JobLife.Fail(job, error, retryable, options.Value, Now);
                }
                else
                {
                    // CANCELLED too: when nobody asked for it, the attempt is merely over.
                    JobLife.GiveBack(job, Now);
                }
            },
            cancel) ?? throw LeaseLost(name, attempt);

    public static MeshException LeaseLost(string name, int attempt) =>
        MeshError.Precondition("LEASE_LOST", $"Attempt {attempt} of {name} no longer has the lease.");

    private static bool IsShown(JobRow row, Progress? progress) =>
        progress is null || (progress.Stage == row.Stage && progress.Done == row.Done && progress.Total == row.Total);

    private Task Renew(JobRow row, Progress? progress, long unitsDone)
    {
        row.LeaseExpiresTicks = NewLease;
        if (progress is not null)
        {
            (row.Stage, row.Done, row.Total) = (progress.Stage, progress.Done, progress.Total);
            row.UnitsDone = Math.Max(row.UnitsDone, unitsDone);
        }

        return Task.CompletedTask;
    }

    private async Task<JobRow> WriteAsync(string name, int attempt, Func<TDb, JobRow, Task> change, CancellationToken cancel) =>
        await jobs.ChangeAsync(name, j => j.Attempt == attempt && j.LeaseExpiresTicks > 0, change, cancel) ?? throw LeaseLost(name, attempt);
}
