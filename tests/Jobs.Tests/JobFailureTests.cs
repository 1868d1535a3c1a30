using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests;

/// <summary>Which failures end a job, on both databases.</summary>
public abstract class JobFailureTests(string database)
{
    private static readonly JobError Error = new() { Reason = "BAD", Message = "bad" };

    [Fact]
    public async Task Only_failures_without_any_progress_between_them_end_a_job()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        for (var attempt = 1; attempt <= 2 * StoreRig.Options.MaxAttempts; attempt++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(1));
            await rig.ClaimAsync();
            await rig.Attempts.RecordAsync(job.Name, attempt, [StoreRig.Counted(1, attempt)], StoreRig.Cancel);
            var row = await rig.Queue.AttemptExitedAsync(job.Name, attempt, "SIGKILL", StoreRig.Cancel);
            Assert.Equal((JobState.Queued, 1), (row!.State, row.Failures));
        }
    }

    /// <summary>A run that is killed with the machine's memory, or with the machine, wherever it is at that moment: it begins anew each time.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attempts_that_die_further_on_each_time_do_not_end_a_job_before_there_are_very_many(bool killed)
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        for (var attempt = 1; attempt < StoreRig.Options.MaxFailures; attempt++)
        {
            Assert.Equal((JobState.Queued, attempt, 1), await FailAsync(rig, job, 100 * attempt, killed));
        }

        Assert.Equal((JobState.Failed, StoreRig.Options.MaxFailures, 1), await FailAsync(rig, job, 10_000, killed));
        Assert.EndsWith("The job has failed 12 times.", (await rig.GetAsync(job)).ErrorMessage);
    }

    /// <summary>What is known of a worker that dies is up to half a second old, so one place is not one number.</summary>
    [Theory]
    [InlineData(new[] { 500, 480, 500 })]
    [InlineData(new[] { 480, 500, 0, 490 })]
    [InlineData(new[] { 0, 0, 0 })]
    [InlineData(new[] { 0, 0, 7, 0, 7 })]
    public async Task Attempts_that_die_at_one_place_end_a_job_soon(int[] units)
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        foreach (var done in units[..^1])
        {
            Assert.Equal(JobState.Queued, (await FailAsync(rig, job, done, killed: true)).State);
        }

        Assert.Equal((JobState.Failed, units.Length, 3), await FailAsync(rig, job, units[^1], killed: true));
        var ended = await rig.GetAsync(job);
        Assert.Equal("WORKER_EXITED", ended.ErrorReason);
        Assert.EndsWith("3 attempts in a row got no further.", ended.ErrorMessage);
    }

    /// <summary>As a machine that freezes at the same record every time.</summary>
    [Fact]
    public async Task A_job_whose_workers_always_go_silent_ends_too()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        for (var attempt = 1; attempt <= StoreRig.Options.MaxAttempts; attempt++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(1));
            await rig.ClaimAsync();
            await rig.Attempts.HeartbeatAsync(job.Name, attempt, new Progress { Stage = "fit", Done = 5 }, 5, StoreRig.Cancel);
            rig.Time.Advance(TimeSpan.FromSeconds(11));
            Assert.Single(await rig.Queue.ExpireLeasesAsync(StoreRig.Cancel));
        }

        Assert.Equal((JobState.Failed, "LEASE_LOST"), ((await rig.GetAsync(job)).State, (await rig.GetAsync(job)).ErrorReason));
    }

    [Fact]
    public async Task Attempts_wait_longer_after_each_failure()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        foreach (var seconds in (int[])[1, 2])
        {
            var attempt = (await rig.ClaimAsync())!.Attempt;
            await rig.Attempts.EndAsync(job.Name, attempt, Outcome.Failed, Error, true, StoreRig.Cancel);
            rig.Time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            Assert.Null(await rig.ClaimAsync());
            Assert.Equal("BAD", (await rig.GetAsync(job)).ToStatus().Error.Reason);
            rig.Time.Advance(TimeSpan.FromSeconds(0.1));
        }

        await rig.ClaimAsync();
        Assert.Equal(JobState.Failed, (await rig.Attempts.EndAsync(job.Name, 3, Outcome.Failed, Error, true, StoreRig.Cancel)).State);
    }

    private static async Task<(JobState State, int Failures, int InPlace)> FailAsync(StoreRig rig, JobRow job, long units, bool killed)
    {
        // Past any back-off.
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        var attempt = (await rig.ClaimAsync())!.Attempt;
        await rig.Attempts.HeartbeatAsync(job.Name, attempt, new Progress { Stage = "fit", Done = units, Total = 9 }, units, StoreRig.Cancel);
        var row = killed
            ? (await rig.Queue.AttemptExitedAsync(job.Name, attempt, "SIGKILL", StoreRig.Cancel))!
            : await rig.Attempts.EndAsync(job.Name, attempt, Outcome.Failed, Error, true, StoreRig.Cancel);
        return (row.State, row.Failures, row.FailuresInPlace);
    }
}

public sealed class SqliteJobFailureTests() : JobFailureTests(JobsHost.Sqlite);

public sealed class PostgresJobFailureTests() : JobFailureTests(JobsHost.Postgres);
