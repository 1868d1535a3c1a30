using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>
/// The service dies before or after a commit of a group's life, at all of them in turn, is started again, and the group ends as
/// it should. The short form takes turns: before the odd ones and after the even ones.
/// </summary>
public class GroupCrashTests
{
    private const int MostCommits = 40;

    private static bool Full => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    [Theory]
    [InlineData(JobState.Succeeded, 17)]
    [InlineData(JobState.Cancelled, 6)]
    [InlineData(JobState.Failed, 5)]
    public async Task Wherever_the_service_dies_a_group_comes_to_its_end(JobState end, int fewestCommits)
    {
        var crash = new CrashAtCommit();
        using var rig = await StoreRig.CreateAsync(JobsHost.Sqlite, crash);
        var crashes = 0;
        foreach (var after in (bool[])[false, true])
        {
            for (var at = Full || !after ? 1 : 2; at <= MostCommits; at += Full ? 1 : 2)
            {
                crash.Restart();
                var group = await rig.AddGroupAsync($"g{at}-{after}".ToLowerInvariant());
                crash.Arm(at, after);
                try
                {
                    await LiveAsync(rig, group, end);
                }
                catch (CrashException)
                {
                    crashes++;
                }

                var died = crash.Dead;
                crash.Restart();
                await rig.Queue.TakeBackAllAsync(StoreRig.Cancel);
                await rig.Groups.SettleAsync(StoreRig.Cancel);
                await LiveAsync(rig, group, end);
                await AssertEndedAsync(rig, group, end);
                if (!died)
                {
                    break;
                }
            }
        }

        Assert.InRange(crashes, Full ? 2 * fewestCommits : fewestCommits, (2 * MostCommits) - 2);
    }

    /// <summary>What scheduler, workers and user do, from wherever it stands.</summary>
    private static async Task LiveAsync(StoreRig rig, JobRow group, JobState end)
    {
        while (!(await rig.GetAsync(group)).IsTerminal)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(4));
            var one = (await rig.ClaimAsync())!;
            if (end == JobState.Succeeded)
            {
                await rig.WorkAsync(one);
                continue;
            }

            var two = (await rig.ClaimAsync())!;
            if (end == JobState.Cancelled)
            {
                await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel);
                await rig.Attempts.EndAsync(one.Name, one.Attempt, Outcome.Cancelled, new JobError(), false, StoreRig.Cancel);
            }
            else
            {
                await rig.Attempts.EndAsync(one.Name, one.Attempt, Outcome.Failed, new JobError { Reason = "BAD" }, false, StoreRig.Cancel);
            }

            await rig.Queue.AttemptExitedAsync(two.Name, two.Attempt, "SIGKILL", StoreRig.Cancel);
        }
    }

    private static async Task AssertEndedAsync(StoreRig rig, JobRow group, JobState end)
    {
        var row = await rig.GetAsync(group);
        var parts = await rig.PartsAsync(group);
        Assert.Equal(end, row.State);
        Assert.All(parts.Append(row), job => Assert.True(job.IsTerminal));
        foreach (var job in parts.Append(row))
        {
            // More than one would break a key.
            Assert.Equal(1, await rig.EndsAsync(job));
        }

        if (end == JobState.Succeeded)
        {
            Assert.Equal(["count-0", "count-1", "count-2", "sum"], parts.Select(p => p.Part));
            // A part that was cut off after it had counted counts once more.
            Assert.InRange(row.ReadResult<Int64Value>()!.Value, 4, 5);
        }
    }
}
