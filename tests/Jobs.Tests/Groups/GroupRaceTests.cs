using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>Two replicas of a service on one PostgreSQL do things to groups at the same moment.</summary>
public class GroupRaceTests
{
    private static readonly JobError Bad = new() { Reason = "BAD", Message = "It was bad." };

    private static int Rounds => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 200 : 6;

    [Fact]
    public async Task Two_parts_that_end_at_once_lead_to_the_next_stage_once()
    {
        using var rig = await StoreRig.CreateAsync(JobsHost.Postgres);
        using var replica = rig.Replica();
        for (var round = 0; round < Rounds; round++)
        {
            var group = await rig.AddGroupAsync($"g{round}", parts: 2);
            var (one, two) = ((await rig.ClaimAsync())!, (await rig.ClaimAsync())!);
            await AtOnceAsync(() => rig.WorkAsync(one), () => replica.WorkAsync(two));
            var next = (await replica.ClaimAsync())!;
            Assert.Equal($"{group.Name}/parts/sum", next.Name);
            await rig.WorkAsync(next);
            Assert.Equal((JobState.Succeeded, 3), ((await rig.GetAsync(group)).State, (await rig.GetAsync(group)).ReadResult<Int64Value>()!.Value));
        }
    }

    [Fact]
    public async Task A_group_is_begun_by_one_replica()
    {
        using var rig = await StoreRig.CreateAsync(JobsHost.Postgres);
        using var replica = rig.Replica();
        for (var round = 0; round < Rounds; round++)
        {
            var group = await rig.AddGroupAsync($"g{round}", parts: 2);
            var claims = new ConcurrentBag<JobRow?>();
            await AtOnceAsync(async () => claims.Add(await rig.ClaimAsync()), async () => claims.Add(await replica.ClaimAsync()));
            Assert.Equal(["count-0", "count-1"], claims.Select(c => c!.Part).Order());
            Assert.Equal(1, (await rig.GetAsync(group)).Attempt);
            await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel);
            await rig.Queue.TakeBackAllAsync(StoreRig.Cancel);
        }
    }

    [Fact]
    public async Task A_part_fails_while_another_is_claimed_a_third_ends_and_the_group_is_cancelled()
    {
        using var rig = await StoreRig.CreateAsync(JobsHost.Postgres);
        using var replica = rig.Replica();
        for (var round = 0; round < Rounds; round++)
        {
            var group = await rig.AddGroupAsync($"g{round}");
            var (one, two) = ((await rig.ClaimAsync())!, (await rig.ClaimAsync())!);
            JobRow? three = null;
            await AtOnceAsync(
                () => rig.Attempts.EndAsync(one.Name, 1, Outcome.Failed, Bad, false, StoreRig.Cancel),
                () => FencedAsync(() => replica.WorkAsync(two)),
                async () => three = await replica.ClaimAsync(),
                () => rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel));
            foreach (var part in (JobRow?[])[one, two, three])
            {
                if (part is not null)
                {
                    await rig.Queue.AttemptExitedAsync(part.Name, 1, "SIGKILL", StoreRig.Cancel);
                }
            }

            await AssertAllEndedAsync(rig, group, JobState.Failed, JobState.Cancelled);
        }
    }

    [Fact]
    public async Task Workers_of_two_replicas_bring_many_groups_to_their_ends()
    {
        using var rig = await StoreRig.CreateAsync(JobsHost.Postgres);
        using var replica = rig.Replica();
        var groups = new List<JobRow>();
        for (var i = 0; i < 2 + (Rounds / 2); i++)
        {
            groups.Add(await rig.AddGroupAsync($"g{i}"));
        }

        await AtOnceAsync([.. Enumerable.Range(0, 4).Select(worker => (Func<Task>)(() => LiveAsync(worker % 2 == 0 ? rig : replica, groups, new Random(worker))))]);
        foreach (var group in groups)
        {
            await AssertAllEndedAsync(rig, group, JobState.Succeeded, JobState.Failed, JobState.Cancelled);
        }
    }

    /// <summary>A worker that takes what there is until all has ended; sometimes it fails for good, or cancels a group.</summary>
    private static async Task LiveAsync(StoreRig rig, List<JobRow> groups, Random random)
    {
        var left = new List<JobRow>(groups);
        while (left.Count > 0)
        {
            if (await rig.ClaimAsync() is { } part)
            {
                if (random.Next(10) == 0)
                {
                    await rig.Attempts.EndAsync(part.Name, 1, Outcome.Failed, Bad, false, StoreRig.Cancel);
                }
                else if (!await FencedAsync(() => rig.WorkAsync(part)))
                {
                    await rig.Attempts.EndAsync(part.Name, 1, Outcome.Cancelled, Bad, false, StoreRig.Cancel);
                }
            }

            if (random.Next(20) == 0)
            {
                await rig.Jobs.RequestCancelAsync(groups[random.Next(groups.Count)].Name, StoreRig.Cancel);
            }

            await rig.Groups.SettleAsync(StoreRig.Cancel);
            if ((await rig.GetAsync(left[0])).IsTerminal)
            {
                left.RemoveAt(0);
            }
        }
    }

    /// <returns>False when the group was stopping.</returns>
    private static async Task<bool> FencedAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (MeshException e) when (e.Reason == "CANCELLING")
        {
            return false;
        }
    }

    private static Task AtOnceAsync(params Func<Task>[] acts) => Task.WhenAll(acts.Select(Task.Run));

    private static async Task AssertAllEndedAsync(StoreRig rig, JobRow group, params JobState[] ends)
    {
        var row = await rig.GetAsync(group);
        Assert.Contains(row.State, ends);
        var parts = await rig.PartsAsync(group);
        foreach (var job in parts.Append(row))
        {
            Assert.True(job.IsTerminal);
            Assert.Equal(1, await rig.EndsAsync(job));
        }

        if (row.State == JobState.Succeeded)
        {
            Assert.Equal(4, row.ReadResult<Int64Value>()!.Value);
            Assert.All(parts, part => Assert.Equal(JobState.Succeeded, part.State));
        }
        else
        {
            Assert.DoesNotContain("All parts have ended", row.ErrorMessage ?? "");
        }
    }
}
