using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>The ends of groups, on both databases: failed, cancelled, early, stalled.</summary>
public abstract class GroupEndTests(string database)
{
    private static readonly JobError Error = new() { Reason = "BAD_LUCK", Message = "Nothing to be done." };

    [Fact]
    public async Task A_part_that_fails_for_good_fails_the_group_when_the_last_worker_has_left()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g");
        var (failing, running) = ((await rig.ClaimAsync())!, (await rig.ClaimAsync())!);
        await rig.Attempts.EndAsync(failing.Name, 1, Outcome.Failed, Error, false, StoreRig.Cancel);
        Assert.Equal([JobState.Failed, JobState.Cancelling, JobState.Cancelled], (await rig.PartsAsync(group)).Select(p => p.State));
        var failed = (await rig.GetAsync(group)).ToStatus();
        Assert.Equal((JobState.Running, "BAD_LUCK"), (failed.State, failed.Error.Reason));
        Assert.Equal(0, await rig.EndsAsync(group));
        await Assert.ThrowsAsync<MeshException>(() => rig.WorkAsync(running));

        await rig.Attempts.EndAsync(running.Name, 1, Outcome.Cancelled, Error, false, StoreRig.Cancel);
        failed = (await rig.GetAsync(group)).ToStatus();
        Assert.Equal((JobState.Failed, "BAD_LUCK", "Part \"count-0\": Nothing to be done."), (failed.State, failed.Error.Reason, failed.Error.Message));
        Assert.Equal(1, await rig.EndsAsync(group));
        Assert.Null(await rig.ClaimAsync());
    }

    [Fact]
    public async Task A_group_is_cancelled_with_its_parts_and_ends_with_the_last_worker()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g");
        var (one, two) = ((await rig.ClaimAsync())!, (await rig.ClaimAsync())!);
        Assert.Equal(JobState.Cancelling, (await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel)).State);
        Assert.Equal([JobState.Cancelling, JobState.Cancelling, JobState.Cancelled], (await rig.PartsAsync(group)).Select(p => p.State));
        Assert.Equal(JobState.Cancelling, (await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel)).State);
        // One leaves, the other dies.
        await rig.Attempts.EndAsync(one.Name, 1, Outcome.Cancelled, Error, false, StoreRig.Cancel);
        Assert.Equal(JobState.Cancelling, (await rig.GetAsync(group)).State);
        await rig.Queue.AttemptExitedAsync(two.Name, 1, "SIGKILL", StoreRig.Cancel);
        var ended = await rig.GetAsync(group);
        Assert.Equal((JobState.Cancelled, null), (ended.State, ended.ErrorReason));
        Assert.Equal(4, await rig.EndsAsync());
        Assert.Equal(JobState.Cancelled, (await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel)).State);
    }

    [Fact]
    public async Task A_cancellation_beats_a_failure_whose_workers_are_still_leaving()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g");
        var (failing, running) = ((await rig.ClaimAsync())!, (await rig.ClaimAsync())!);
        await rig.Attempts.EndAsync(failing.Name, 1, Outcome.Failed, Error, false, StoreRig.Cancel);
        Assert.Equal(JobState.Cancelling, (await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel)).State);
        await rig.Attempts.EndAsync(running.Name, 1, Outcome.Cancelled, Error, false, StoreRig.Cancel);
        var ended = (await rig.GetAsync(group)).ToStatus();
        Assert.Equal((JobState.Cancelled, null), (ended.State, ended.Error));
    }

    [Fact]
    public async Task A_group_that_waits_is_cancelled_at_once_and_one_whose_part_is_cancelled_with_it()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var waiting = await rig.AddGroupAsync("waiting");
        Assert.Equal(JobState.Cancelled, (await rig.Jobs.RequestCancelAsync(waiting.Name, StoreRig.Cancel)).State);
        var begun = await rig.AddGroupAsync("begun");
        var part = (await rig.ClaimAsync())!;
        await rig.Jobs.RequestCancelAsync($"{begun.Name}/parts/count-1", StoreRig.Cancel);
        Assert.Equal(JobState.Cancelling, (await rig.GetAsync(begun)).State);
        await rig.Attempts.EndAsync(part.Name, 1, Outcome.Cancelled, Error, false, StoreRig.Cancel);
        Assert.Equal(JobState.Cancelled, (await rig.GetAsync(begun)).State);
    }

    [Fact]
    public async Task A_group_may_end_before_its_parts_and_they_are_cancelled_first()
    {
        using var rig = await StoreRig.CreateAsync(database);
        foreach (var (plan, state) in ((string, JobState)[])[("early", JobState.Succeeded), ("refuse", JobState.Failed)])
        {
            var group = await rig.AddGroupAsync(plan, plan: plan);
            var (quick, slow) = ((await rig.ClaimAsync())!, (await rig.ClaimAsync())!);
            await rig.WorkAsync(quick);
            var row = await rig.GetAsync(group);
            Assert.Equal((JobState.Running, null), (row.State, row.ReadResult<Int64Value>()));
            await rig.Queue.AttemptExitedAsync(slow.Name, 1, "exit code 0", StoreRig.Cancel);
            row = await rig.GetAsync(group);
            Assert.Equal((state, plan == "early" ? -1 : null, plan == "early" ? null : "REFUSED"), (row.State, row.ReadResult<Int64Value>()?.Value, row.ErrorReason));
            Assert.Equal([JobState.Succeeded, JobState.Cancelled, JobState.Cancelled], (await rig.PartsAsync(group)).Select(p => p.State));
        }
    }

    [Theory]
    [InlineData("empty", JobState.Succeeded, null)]
    [InlineData("none", JobState.Failed, "INTERNAL")]
    [InlineData("forget", JobState.Failed, "INTERNAL")]
    public async Task A_group_that_nothing_is_left_of_ends(string plan, JobState state, string? reason)
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g", parts: 1, plan: plan);
        if (await rig.ClaimAsync() is { } part)
        {
            await rig.WorkAsync(part);
        }

        var ended = await rig.GetAsync(group);
        Assert.Equal((state, reason), (ended.State, ended.ErrorReason));
        Assert.Equal(1, await rig.EndsAsync(group));
    }

    [Fact]
    public async Task A_group_that_cannot_be_cut_fails_after_its_attempts_and_keeps_nobody_waiting()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (group, other) = (await rig.AddGroupAsync("g", plan: "break"), await rig.AddAsync("a"));
        Assert.Equal(other.Name, (await rig.ClaimAsync())!.Name);
        for (var attempt = 1; attempt <= StoreRig.Options.MaxAttempts; attempt++)
        {
            var row = await rig.GetAsync(group);
            Assert.Equal((attempt, attempt), (row.Attempt, row.Failures));
            rig.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Null(await rig.ClaimAsync());
        }

        var ended = await rig.GetAsync(group);
        Assert.Equal((JobState.Failed, "INTERNAL"), (ended.State, ended.ErrorReason));
        Assert.DoesNotContain("secret", ended.ErrorMessage);
        Assert.Equal(1, await rig.EndsAsync(group));
    }

    [Fact]
    public async Task A_group_that_was_left_lying_is_found_and_ended()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (told, cancelled, fine) = (await rig.AddGroupAsync("a", parts: 1), await rig.AddGroupAsync("b", parts: 1), await rig.AddGroupAsync("c", parts: 1));
        for (var i = 0; i < 3; i++)
        {
            await rig.ClaimAsync();
        }

        await rig.Jobs.RequestCancelAsync(cancelled.Name, StoreRig.Cancel);
        await using (var db = await rig.OpenAsync())
        {
            // As no transaction of the store leaves it.
            await db.Jobs().Where(j => j.ParentName == told.Name || j.ParentName == cancelled.Name)
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.State, JobState.Cancelled).SetProperty(j => j.LeaseExpiresTicks, 0), StoreRig.Cancel);
        }

        await rig.Groups.SettleAsync(StoreRig.Cancel);
        Assert.Equal(JobState.Failed, (await rig.GetAsync(told)).State);
        Assert.Equal(JobState.Cancelled, (await rig.GetAsync(cancelled)).State);
        Assert.Equal(JobState.Running, (await rig.GetAsync(fine)).State);
    }

    [Fact]
    public async Task Parts_that_need_gpus_which_are_gone_fail_their_group()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g", parts: 2);
        var part = (await rig.ClaimAsync())!;
        await using (var db = await rig.OpenAsync())
        {
            await db.Database.ExecuteSqlRawAsync(
                database == JobsHost.Postgres ? "UPDATE counting.jobs SET \"Gpus\" = 1 WHERE \"Name\" LIKE '%count-1'" : "UPDATE jobs SET Gpus = 1 WHERE Name LIKE '%count-1'",
                StoreRig.Cancel);
        }

        Assert.Single(await rig.Queue.FailImpossibleAsync(StoreRig.Room, StoreRig.Cancel));
        await rig.Queue.AttemptExitedAsync(part.Name, 1, "SIGKILL", StoreRig.Cancel);
        var ended = await rig.GetAsync(group);
        Assert.Equal((JobState.Failed, "NOT_ENOUGH_GPUS"), (ended.State, ended.ErrorReason));
    }
}

public sealed class SqliteGroupEndTests() : GroupEndTests(JobsHost.Sqlite);

public sealed class PostgresGroupEndTests() : GroupEndTests(JobsHost.Postgres);
