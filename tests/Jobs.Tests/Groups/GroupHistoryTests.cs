using CsCheck;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>Random histories of a group in a real database: whatever happens to its parts, it holds together and comes to an end.</summary>
public class GroupHistoryTests
{
    private static readonly JobError Bad = new() { Reason = "BAD", Message = "It was bad." };

    public enum Step
    {
        Claim,
        Work,
        Fail,
        FailForGood,
        Yield,
        Exit,
        CancelGroup,
        CancelPart,
        Expire,
        TakeBack,
    }

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, Gen.Const(Step.Claim)),
        (6, Gen.Const(Step.Work)),
        (1, OneOf(Step.FailForGood, Step.CancelGroup, Step.CancelPart)),
        (3, OneOf(Step.Fail, Step.Yield, Step.Exit, Step.Expire, Step.TakeBack)));

    [Fact]
    public async Task Every_history_keeps_group_and_parts_in_step_and_comes_to_an_end()
    {
        using var rig = await StoreRig.CreateAsync(JobsHost.Sqlite);
        var histories = 0;
        // A number with each step: which of the parts with a worker it is about.
        await Gen.Select(Steps, Gen.Int[0, 3]).Array[1, 20].SampleAsync(steps => RunAsync(rig, $"g{histories++}", steps), iter: 15, threads: 1);
    }

    private static Gen<Step> OneOf(params Step[] steps) => Gen.Int[0, steps.Length - 1].Select(i => steps[i]);

    private static async Task RunAsync(StoreRig rig, string id, (Step Step, int Which)[] steps)
    {
        var group = await rig.AddGroupAsync(id);
        var cancelled = false;
        foreach (var (step, which) in steps)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(4));
            var working = (await rig.PartsAsync(group)).Where(JobLife.HasWorker).ToList();
            foreach (var part in working)
            {
                await rig.Attempts.StartAsync(part.Name, part.Attempt, StoreRig.Cancel);
            }

            var before = await rig.GetAsync(group);
            await ActAsync(rig, group, step, working.Count == 0 ? null : working[which % working.Count]);
            var after = await rig.GetAsync(group);
            if (before.IsTerminal)
            {
                Assert.Equal((before.State, before.Revision), (after.State, step == Step.CancelGroup ? after.Revision - 1 : after.Revision));
            }

            // Cancelling a part that waits is up to that part; one with a worker may still end otherwise.
            cancelled |= step is Step.CancelGroup or Step.CancelPart;
            await AssertInStepAsync(rig, group, cancelled);
        }

        // Left alone with workers that do their work, it ends.
        for (var i = 0; i < 30 && !(await rig.GetAsync(group)).IsTerminal; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(4));
            await rig.Queue.TakeBackAllAsync(StoreRig.Cancel);
            if (await rig.ClaimAsync() is { } part)
            {
                await rig.WorkAsync(part);
            }
        }

        Assert.True((await rig.GetAsync(group)).IsTerminal);
        await AssertInStepAsync(rig, group, cancelled);
    }

    private static async Task ActAsync(StoreRig rig, JobRow group, Step step, JobRow? part)
    {
        try
        {
            switch (step)
            {
                case Step.Claim:
                    await rig.ClaimAsync();
                    break;
                case Step.CancelGroup:
                    await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel);
                    break;
                case Step.Expire:
                    rig.Time.Advance(TimeSpan.FromSeconds(11));
                    await rig.Queue.ExpireLeasesAsync(StoreRig.Cancel);
                    break;
                case Step.TakeBack:
                    await rig.Queue.TakeBackAllAsync(StoreRig.Cancel);
                    break;
                case Step.Work when part is not null:
                    await rig.WorkAsync(part);
                    break;
                case Step.Fail or Step.FailForGood when part is not null:
                    await rig.Attempts.EndAsync(part.Name, part.Attempt, Outcome.Failed, Bad, step == Step.Fail, StoreRig.Cancel);
                    break;
                case Step.Yield when part is not null:
                    await rig.Attempts.EndAsync(part.Name, part.Attempt, Outcome.Yielded, Bad, false, StoreRig.Cancel);
                    break;
                case Step.Exit when part is not null:
                    await rig.Queue.AttemptExitedAsync(part.Name, part.Attempt, "exit code 1", StoreRig.Cancel);
                    break;
                case Step.CancelPart when part is not null:
                    await rig.Jobs.RequestCancelAsync(part.Name, StoreRig.Cancel);
                    break;
            }
        }
        catch (MeshException e) when (e.Reason == "CANCELLING")
        {
            Assert.Equal(JobState.Cancelling, part!.State);
        }
    }

    private static async Task AssertInStepAsync(StoreRig rig, JobRow job, bool cancelled)
    {
        var group = await rig.GetAsync(job);
        var parts = await rig.PartsAsync(job);
        var left = parts.Count(p => !p.IsTerminal);
        // Nothing works for a group that has ended or not begun, and one that runs has something to wait for.
        Assert.Equal(group.State is JobState.Running or JobState.Cancelling, left > 0);
        switch (group.State)
        {
            case JobState.Queued:
                Assert.Empty(parts);
                break;
            case JobState.Running when group.ErrorReason is null:
                Assert.DoesNotContain(parts, p => p.State is JobState.Failed or JobState.Cancelled);
                break;
            case JobState.Running:
                Assert.All(parts.Where(p => !p.IsTerminal), p => Assert.Equal(JobState.Cancelling, p.State));
                break;
            case JobState.Cancelling:
                Assert.True(cancelled);
                Assert.All(parts.Where(p => !p.IsTerminal), p => Assert.Equal(JobState.Cancelling, p.State));
                break;
            case JobState.Succeeded:
                Assert.Equal(["count-0", "count-1", "count-2", "sum"], parts.Select(p => p.Part));
                Assert.All(parts, p => Assert.Equal(JobState.Succeeded, p.State));
                break;
            case JobState.Failed:
                var failed = Assert.Single(parts, p => p.State == JobState.Failed);
                Assert.Equal((failed.ErrorReason, $"Part \"{failed.Part}\": {failed.ErrorMessage}"), (group.ErrorReason, group.ErrorMessage));
                break;
            case JobState.Cancelled:
                Assert.True(cancelled);
                break;
        }

        foreach (var row in parts.Append(group))
        {
            Assert.Equal(row.IsTerminal ? 1 : 0, await rig.EndsAsync(row));
        }
    }
}
