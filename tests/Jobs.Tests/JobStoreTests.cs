using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Tests.Shared;
using Microsoft.EntityFrameworkCore;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests;

/// <summary>The store alone, on both databases.</summary>
public abstract class JobStoreTests(string database)
{
    private static readonly Any Result = Any.Pack(new StringValue { Value = "done" });
    private static readonly JobError Error = new() { Reason = "BAD", Message = "bad" };

    [Fact]
    public async Task Jobs_are_claimed_oldest_first_and_the_head_of_the_queue_is_not_overtaken()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (first, second) = (await rig.AddAsync("a", cpus: 3), await rig.AddAsync("b", cpus: 1));
        Assert.Null(await rig.ClaimAsync(cpus: 2));
        Assert.Equal(first.Name, (await rig.ClaimAsync(cpus: 4))!.Name);
        Assert.Equal(second.Name, (await rig.ClaimAsync(cpus: 1))!.Name);
        Assert.Null(await rig.ClaimAsync(cpus: 4));
    }

    [Fact]
    public async Task A_job_of_a_larger_machine_is_claimed_and_one_without_its_gpus_holds_nobody_back()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (gpus, large) = (await rig.AddAsync("a", gpus: 1), await rig.AddAsync("b", cpus: 4));
        Assert.Null(await rig.ClaimAsync(cpus: 1, machine: 2));
        Assert.Equal(large.Name, (await rig.ClaimAsync(cpus: 2, machine: 2))!.Name);

        var failed = Assert.Single(await rig.Queue.FailImpossibleAsync(StoreRig.Room, StoreRig.Cancel));
        Assert.Equal((gpus.Name, JobState.Failed, "NOT_ENOUGH_GPUS"), (failed.Name, failed.State, failed.ErrorReason));
        await using var db = await rig.OpenAsync();
        Assert.Equal(gpus.Name, Assert.Single(db.Ends).Job);
    }

    [Fact]
    public async Task Every_end_is_counted_once_by_kind_and_state()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var counted = new ConcurrentQueue<string>();
        using var meter = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Name == "mesh.jobs.ended") { listener.EnableMeasurementEvents(instrument); } } };
        // Other tests count at the same time, elsewhere: on other flows of execution.
        var mine = new AsyncLocal<bool> { Value = true };
        meter.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (mine.Value)
            {
                counted.Enqueue($"{value} {tags[0].Value} {tags[1].Value}");
            }
        });
        meter.Start();

        var queued = await rig.AddAsync("a");
        await rig.Jobs.RequestCancelAsync(queued.Name, StoreRig.Cancel);
        await rig.Jobs.RequestCancelAsync(queued.Name, StoreRig.Cancel);
        var completed = await rig.AddAsync("b");
        await rig.ClaimAsync();
        await rig.Attempts.CompleteAsync(completed.Name, 1, Result, StoreRig.Cancel);
        await rig.Attempts.CompleteAsync(completed.Name, 1, Result, StoreRig.Cancel);
        var crashed = await rig.AddAsync("c");
        for (var attempt = 1; attempt <= StoreRig.Options.MaxAttempts; attempt++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(1));
            await rig.ClaimAsync();
            await rig.Queue.AttemptExitedAsync(crashed.Name, attempt, "SIGKILL", StoreRig.Cancel);
        }

        Assert.Equal(["1 count Cancelled", "1 count Succeeded", "1 count Failed"], counted);
    }

    [Fact]
    public async Task Many_claimers_at_once_get_each_job_once()
    {
        using var rig = await StoreRig.CreateAsync(database);
        for (var i = 0; i < 20; i++)
        {
            await rig.AddAsync($"j{i}");
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            var mine = new List<string>();
            while (await rig.ClaimAsync() is { } job)
            {
                mine.Add(job.Name);
            }

            return mine;
        })));
        var all = claims.SelectMany(names => names).ToList();
        Assert.Equal(20, all.Count);
        Assert.Equal(20, all.Distinct().Count());
    }

    [Fact]
    public async Task Events_are_recorded_once_in_order_and_move_the_point_of_resumption()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        await rig.ClaimAsync();
        Assert.Equal(2, await rig.Attempts.RecordAsync(job.Name, 1, [StoreRig.Counted(1, 10), StoreRig.Counted(2, 20)], StoreRig.Cancel));
        Assert.Equal(3, await rig.Attempts.RecordAsync(job.Name, 1, [StoreRig.Counted(2, 20), StoreRig.Counted(3, 30)], StoreRig.Cancel));
        Assert.Equal(3, await rig.Attempts.RecordAsync(job.Name, 1, [StoreRig.Counted(3, 30)], StoreRig.Cancel));
        await using var db = await rig.OpenAsync();
        Assert.Equal([10, 20, 30], await db.Counts.OrderBy(c => c.Number).Select(c => c.Number).ToListAsync(StoreRig.Cancel));
        Assert.Equal(30, (await rig.GetAsync(job)).ReadResume<Int64Value>()!.Value);
    }

    [Fact]
    public async Task A_hook_that_fails_undoes_the_whole_change()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        await rig.ClaimAsync();
        await rig.Attempts.RecordAsync(job.Name, 1, [StoreRig.Counted(1, 10)], StoreRig.Cancel);
        await Assert.ThrowsAnyAsync<DbUpdateException>(
            () => rig.Attempts.RecordAsync(job.Name, 1, [StoreRig.Counted(2, 20), StoreRig.Counted(3, 10)], StoreRig.Cancel));
        var row = await rig.GetAsync(job);
        Assert.Equal((1, 10), (row.RecordedSequence, row.ReadResume<Int64Value>()!.Value));
    }

    [Fact]
    public async Task An_attempt_that_lost_its_lease_can_change_nothing()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        await rig.ClaimAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Single(await rig.Queue.ExpireLeasesAsync(StoreRig.Cancel));
        await AssertFencedAsync(rig, job, attempt: 1);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, (await rig.ClaimAsync())!.Attempt);
        await AssertFencedAsync(rig, job, attempt: 1);
        await AssertFencedAsync(rig, job, attempt: 3);
        Assert.Null(await rig.Queue.AttemptExitedAsync(job.Name, 1, "exit code 1", StoreRig.Cancel));
        Assert.Equal(JobState.Running, (await rig.GetAsync(job)).State);
    }

    [Fact]
    public async Task A_heartbeat_keeps_the_lease_and_shows_progress()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        await rig.ClaimAsync();
        for (var i = 1; i <= 5; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(6));
            await rig.Attempts.HeartbeatAsync(job.Name, 1, new Progress { Stage = "fit", Done = i, Total = 9 }, i, StoreRig.Cancel);
            Assert.Empty(await rig.Queue.ExpireLeasesAsync(StoreRig.Cancel));
        }

        Assert.Equal(new Progress { Stage = "fit", Done = 5, Total = 9 }, (await rig.GetAsync(job)).ToStatus().Progress);
    }

    [Fact]
    public async Task Completing_twice_with_the_same_result_is_harmless_and_terminal_is_terminal()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        await rig.ClaimAsync();
        await rig.Attempts.CompleteAsync(job.Name, 1, Result, StoreRig.Cancel);
        await rig.Attempts.CompleteAsync(job.Name, 1, Result, StoreRig.Cancel);
        await AssertLostAsync(() => rig.Attempts.CompleteAsync(job.Name, 1, Any.Pack(new StringValue { Value = "other" }), StoreRig.Cancel));
        await AssertLostAsync(() => rig.Attempts.EndAsync(job.Name, 1, Outcome.Failed, Error, true, StoreRig.Cancel));
        var row = await rig.Jobs.RequestCancelAsync(job.Name, StoreRig.Cancel);
        Assert.Equal((JobState.Succeeded, "done"), (row.State, row.ReadResult<StringValue>()!.Value));
    }

    [Fact]
    public async Task Cancelling_beats_a_completion_that_comes_after_it()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        await rig.ClaimAsync();
        Assert.Equal(JobState.Cancelling, (await rig.Jobs.RequestCancelAsync(job.Name, StoreRig.Cancel)).State);
        var refused = await Assert.ThrowsAsync<MeshException>(() => rig.Attempts.CompleteAsync(job.Name, 1, Result, StoreRig.Cancel));
        Assert.Equal("CANCELLING", refused.Reason);
        Assert.Equal(JobState.Cancelled, (await rig.Attempts.EndAsync(job.Name, 1, Outcome.Cancelled, Error, false, StoreRig.Cancel)).State);
    }

    [Fact]
    public async Task Only_a_job_that_has_ended_can_be_removed()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var job = await rig.AddAsync("a");
        await using var db = await rig.OpenAsync();
        Assert.False(await rig.Jobs.RemoveEndedAsync(db, job.Name, StoreRig.Cancel));
        await rig.Jobs.RequestCancelAsync(job.Name, StoreRig.Cancel);
        Assert.True(await rig.Jobs.RemoveEndedAsync(db, job.Name, StoreRig.Cancel));
        await Assert.ThrowsAsync<MeshException>(() => rig.GetAsync(job));
    }

    [Fact]
    public async Task A_create_that_is_sent_twice_makes_one_job()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var now = rig.Time.GetUtcNow();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => CreateOnceAsync(rig, $"a{i}", now)));
        await using var db = await rig.OpenAsync();
        var job = Assert.Single(await db.Jobs().ToListAsync(StoreRig.Cancel));
        Assert.Equal(job.Name, await new RequestOnce(db, "p", "r-1", new Empty()).FindAsync(StoreRig.Cancel));
    }

    [Fact]
    public async Task The_migrations_are_the_model()
    {
        using var rig = await StoreRig.CreateAsync(database);
        await using var db = await rig.OpenAsync();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    private static async Task CreateOnceAsync(StoreRig rig, string id, DateTimeOffset now)
    {
        await using var db = await rig.OpenAsync();
        var once = new RequestOnce(db, "p", "r-1", new Empty());
        if (await once.FindAsync(StoreRig.Cancel) is not null)
        {
            return;
        }

        var job = rig.Jobs.Add(db, new NewJob($"projects/p/counts/{id}", "count", "users/admin", new Struct()));
        once.Record(job.Name, now);
        try
        {
            await db.SaveChangesAsync(StoreRig.Cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // Another call was first.
        }
    }

    private static async Task AssertFencedAsync(StoreRig rig, JobRow job, int attempt)
    {
        var before = await rig.GetAsync(job);
        await AssertLostAsync(() => rig.Attempts.StartAsync(job.Name, attempt, StoreRig.Cancel));
        await AssertLostAsync(() => rig.Attempts.HeartbeatAsync(job.Name, attempt, null, 0, StoreRig.Cancel));
        await AssertLostAsync(() => rig.Attempts.RecordAsync(job.Name, attempt, [StoreRig.Counted(1, 99)], StoreRig.Cancel));
        await AssertLostAsync(() => rig.Attempts.CompleteAsync(job.Name, attempt, Result, StoreRig.Cancel));
        await AssertLostAsync(() => rig.Attempts.EndAsync(job.Name, attempt, Outcome.Failed, Error, false, StoreRig.Cancel));
        var after = await rig.GetAsync(job);
        Assert.Equal((before.Revision, before.State), (after.Revision, after.State));
        await using var db = await rig.OpenAsync();
        Assert.False(await db.Counts.AnyAsync(StoreRig.Cancel) || await db.Ends.AnyAsync(StoreRig.Cancel));
    }

    private static async Task AssertLostAsync(Func<Task> write) =>
        Assert.Equal("LEASE_LOST", (await Assert.ThrowsAsync<MeshException>(write)).Reason);
}

public sealed class SqliteJobStoreTests() : JobStoreTests(JobsHost.Sqlite);

public sealed class PostgresJobStoreTests() : JobStoreTests(JobsHost.Postgres);
