using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Microsoft.EntityFrameworkCore;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>Groups in the store alone, on both databases: the test is scheduler and worker.</summary>
public abstract class GroupStoreTests(string database)
{
    private static readonly JobError Error = new() { Reason = "BAD_LUCK", Message = "Nothing to be done." };

    [Fact]
    public async Task A_group_goes_through_its_stages_to_the_result_of_its_last_part()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g");
        Assert.Equal(JobState.Queued, (await rig.GetAsync(group)).State);
        Assert.Empty(await rig.PartsAsync(group));
        for (var i = 0; i < 3; i++)
        {
            var part = (await rig.ClaimAsync())!;
            Assert.Equal(($"{group.Name}/parts/count-{i}", group.Name, $"count-{i}", "count"), (part.Name, part.ParentName, part.Part, part.PartStage));
            Assert.Equal((group.Project, "users/admin"), (part.Project, part.Creator));
            Assert.Equal((JobState.Running, "count"), (await StatusAsync(rig, group)).Of());
            await rig.WorkAsync(part);
        }

        // Only a worker can yield.
        await rig.Jobs.RequestYieldAsync(group.Name, StoreRig.Cancel);
        Assert.False((await rig.GetAsync(group)).YieldRequested);
        Assert.Equal((JobState.Running, "sum"), (await StatusAsync(rig, group)).Of());
        var last = (await rig.ClaimAsync())!;
        Assert.Equal("sum", last.Part);
        Assert.Equal(JobState.Succeeded, (await rig.WorkAsync(last)).State);
        var ended = await rig.GetAsync(group);
        Assert.Equal((JobState.Succeeded, 4), (ended.State, ended.ReadResult<Int64Value>()!.Value));
        Assert.True(ended is { Attempt: 1, StartedTicks: not null, EndedTicks: not null });
        Assert.Equal(5, await rig.EndsAsync());
        Assert.Null(await rig.ClaimAsync());
    }

    [Fact]
    public async Task Parts_go_by_the_age_of_their_group_and_the_first_that_does_not_fit_holds_back_the_younger()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (old, young) = (await rig.AddGroupAsync("old", parts: 2, partCpus: 2), await rig.AddGroupAsync("young", parts: 1));
        var single = await rig.AddAsync("single");
        var first = (await rig.ClaimAsync())!;
        Assert.Null(await rig.ClaimAsync(cpus: 1));
        var second = (await rig.ClaimAsync())!;
        Assert.Equal([old.Name, old.Name], [first.ParentName, second.ParentName]);
        // The younger one's turn comes, and the older one's next stage goes before what it has not started.
        await rig.WorkAsync(first);
        await rig.WorkAsync(second);
        Assert.Equal("sum", (await rig.ClaimAsync())!.Part);
        Assert.Equal(young.Name, (await rig.ClaimAsync())!.ParentName);
        Assert.Equal(single.Name, (await rig.ClaimAsync())!.Name);
    }

    [Fact]
    public async Task A_part_may_ask_for_more_or_less_than_its_group()
    {
        using var rig = await StoreRig.CreateAsync(database);
        await rig.AddGroupAsync("more", parts: 1, resources: new ResourceSpec { Cpus = 1, MemoryBytes = 1 << 20 }, partCpus: 3);
        await rig.AddGroupAsync("same", parts: 1, resources: new ResourceSpec { Cpus = 2 }, partCpus: 0);
        Assert.Equal(new JobResources(3, 0, 0), (await rig.ClaimAsync())!.Resources);
        Assert.Equal(new JobResources(2, 0, 0), (await rig.ClaimAsync())!.Resources);
    }

    [Fact]
    public async Task A_part_is_tried_again_as_often_as_a_job_and_its_group_goes_on()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g", parts: 1);
        for (var attempt = 1; attempt < StoreRig.Options.MaxAttempts; attempt++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(1));
            var part = (await rig.ClaimAsync())!;
            Assert.Equal(attempt, part.Attempt);
            await rig.Queue.AttemptExitedAsync(part.Name, attempt, "SIGKILL", StoreRig.Cancel);
            Assert.Equal((JobState.Running, "count"), (await StatusAsync(rig, group)).Of());
        }

        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rig.WorkAsync((await rig.ClaimAsync())!);
        await rig.WorkAsync((await rig.ClaimAsync())!);
        Assert.Equal(JobState.Succeeded, (await rig.GetAsync(group)).State);
    }

    [Fact]
    public async Task Progress_is_the_sum_over_the_stage_and_stays_when_the_group_has_ended()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (group, other) = (await rig.AddGroupAsync("g"), await rig.AddGroupAsync("h", parts: 1));
        Assert.Null((await StatusAsync(rig, group)).Progress);
        var (one, two) = ((await rig.ClaimAsync())!, (await rig.ClaimAsync())!);
        await AssertProgressAsync(rig, group, "count", 0, 30);
        var revision = (await rig.GetAsync(group)).Revision;
        await rig.Attempts.HeartbeatAsync(one.Name, 1, new Progress { Stage = "x", Done = 4, Total = 10 }, 0, StoreRig.Cancel);
        await rig.Attempts.HeartbeatAsync(two.Name, 1, new Progress { Stage = "y", Done = 3, Total = 10 }, 0, StoreRig.Cancel);
        await AssertProgressAsync(rig, group, "count", 7, 30);
        Assert.Equal(revision, (await rig.GetAsync(group)).Revision);
        // The last heartbeat said 4; what has succeeded is done.
        await rig.WorkAsync(one);
        await AssertProgressAsync(rig, group, "count", 13, 30);
        await rig.WorkAsync(two);
        await rig.WorkAsync((await rig.ClaimAsync())!);
        await AssertProgressAsync(rig, group, "sum", 0, 10);
        await AssertProgressAsync(rig, other, "", 0, 0);

        await rig.WorkAsync((await rig.ClaimAsync())!);
        // Without a look at its parts.
        Assert.Equal(new Progress { Stage = "sum", Done = 10, Total = 10 }, (await rig.GetAsync(group)).ToStatus().Progress);
    }

    [Fact]
    public async Task A_group_takes_its_parts_and_their_logs_with_it()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (group, other) = (await rig.AddGroupAsync("g"), await rig.AddGroupAsync("g2"));
        var part = (await rig.ClaimAsync())!;
        var log = rig.Logs.PathOf(part.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        await File.WriteAllTextAsync(log, "said", StoreRig.Cancel);
        await using var db = await rig.OpenAsync();
        Assert.False(await rig.Jobs.RemoveEndedAsync(db, group.Name, StoreRig.Cancel));
        await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel);
        Assert.False(await rig.Jobs.RemoveEndedAsync(db, group.Name, StoreRig.Cancel));
        await rig.Attempts.EndAsync(part.Name, 1, Outcome.Cancelled, Error, false, StoreRig.Cancel);
        Assert.False(await rig.Jobs.RemoveEndedAsync(db, part.Name, StoreRig.Cancel));
        await rig.ClaimAsync();

        await using (var transaction = await db.Database.BeginTransactionAsync(StoreRig.Cancel))
        {
            Assert.True(await rig.Jobs.RemoveEndedAsync(db, group.Name, StoreRig.Cancel));
            await transaction.CommitAsync(StoreRig.Cancel);
        }

        Assert.False(File.Exists(log) || Directory.Exists(Path.GetDirectoryName(log)));
        Assert.Equal([other.Name, .. (await rig.PartsAsync(other)).Select(p => p.Name)], await db.Jobs().OrderBy(j => j.Name).Select(j => j.Name).ToListAsync(StoreRig.Cancel));
    }

    [Fact]
    public async Task A_group_is_active_from_its_creation_to_its_end()
    {
        using var rig = await StoreRig.CreateAsync(database);
        await rig.AddGroupAsync("g", parts: 1);
        await using var db = await rig.OpenAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(await db.Jobs().Active().AnyAsync(j => j.Project == "p", StoreRig.Cancel));
            await rig.WorkAsync((await rig.ClaimAsync())!);
        }

        Assert.False(await db.Jobs().Active().AnyAsync(StoreRig.Cancel));
    }

    /// <summary>As a service shows it.</summary>
    private static async Task<JobStatus> StatusAsync(StoreRig rig, JobRow job)
    {
        var row = await rig.GetAsync(job);
        await using var db = await rig.OpenAsync();
        await rig.Jobs.ReadProgressAsync(db, [row], StoreRig.Cancel);
        return row.ToStatus();
    }

    private static async Task AssertProgressAsync(StoreRig rig, JobRow group, string stage, long done, long total) =>
        Assert.Equal(stage.Length == 0 ? null : new Progress { Stage = stage, Done = done, Total = total }, (await StatusAsync(rig, group)).Progress);
}

internal static class Shown
{
    public static (JobState State, string Stage) Of(this JobStatus status) => (status.State, status.Progress.Stage);
}

public sealed class SqliteGroupStoreTests() : GroupStoreTests(JobsHost.Sqlite);

public sealed class PostgresGroupStoreTests() : GroupStoreTests(JobsHost.Postgres);
