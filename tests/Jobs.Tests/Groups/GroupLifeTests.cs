using CsCheck;
using Mesh.Jobs.Groups;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Xunit;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>The pure state machine of groups.</summary>
public class GroupLifeTests
{
    private const long Now = 7;

    public enum Step
    {
        Begin,
        Succeed,
        Fail,
        LoseFailed,
        LoseCancelled,
        Cancel,
        End,
    }

    /// <summary>Each history, against what is documented: the first decision counts, a cancellation counts more, an end is an end.</summary>
    [Fact]
    public void Every_history_ends_as_was_decided_first_or_cancelled() =>
        Gen.Enum<Step>().Array[1, 8].Sample(steps =>
        {
            var group = Group();
            var decision = JobState.Unspecified;
            foreach (var step in steps)
            {
                var before = group.State;
                var refused = Refuses(() => Act(group, step));
                if (JobLife.IsTerminal(before))
                {
                    Assert.Equal(before, group.State);
                    Assert.True(refused || step is Step.Cancel or Step.LoseCancelled);
                    continue;
                }

                // Hooks speak while it runs, of a part or of its end, and once.
                var undecided = before == JobState.Running && decision == JobState.Unspecified;
                switch (step)
                {
                    case Step.Begin:
                        Assert.Equal(before != JobState.Queued, refused);
                        Assert.Equal(refused ? before : JobState.Running, group.State);
                        break;
                    case Step.Succeed or Step.Fail or Step.LoseFailed when before == JobState.Running:
                        Assert.Equal(!undecided, refused);
                        decision = !undecided ? decision : step == Step.Succeed ? JobState.Succeeded : JobState.Failed;
                        Assert.Equal(JobState.Running, group.State);
                        break;
                    case Step.Cancel or Step.LoseCancelled:
                        decision = JobState.Cancelled;
                        Assert.Equal(JobState.Cancelling, group.State);
                        break;
                    case Step.End when before is JobState.Running or JobState.Cancelling:
                        decision = decision == JobState.Unspecified ? JobState.Failed : decision;
                        Assert.Equal(decision, group.State);
                        Assert.Equal((Now, group.State == JobState.Succeeded, group.State == JobState.Failed), (group.EndedTicks, group.Result is not null, group.ErrorReason is not null));
                        break;
                    default:
                        // Not of a group that waits for its turn.
                        return;
                }

                Assert.Equal(decision is not (JobState.Unspecified or JobState.Cancelled), group.Result is not null || group.ErrorReason is not null);
            }
        });

    [Fact]
    public void A_lost_part_leaves_its_reason_and_says_which_it_was()
    {
        var group = Group();
        GroupLife.Begin(group, Now);
        GroupLife.LosePart(group, Part(JobState.Failed));
        GroupLife.End(group, Now);
        Assert.Equal((JobState.Failed, "BAD", "Part \"fit-3\": It was bad."), (group.State, group.ErrorReason, group.ErrorMessage));
    }

    [Fact]
    public void A_begin_that_failed_is_no_decision_for_the_next()
    {
        var group = Group();
        GroupLife.Begin(group, Now);
        JobLife.Fail(group, new JobError { Reason = "INTERNAL" }, retryable: true, StoreRig.Options, Now);
        Assert.Equal((JobState.Queued, "INTERNAL"), (group.State, group.ErrorReason));
        GroupLife.Begin(group, Now);
        Assert.False(GroupLife.IsDecided(group));
    }

    private static void Act(JobRow group, Step step)
    {
        switch (step)
        {
            case Step.Begin:
                GroupLife.Begin(group, Now);
                break;
            case Step.Succeed:
                GroupLife.Succeed(group, []);
                break;
            case Step.Fail:
                GroupLife.Fail(group, new JobError { Reason = "BAD" });
                break;
            case Step.LoseFailed:
                GroupLife.LosePart(group, Part(JobState.Failed));
                break;
            case Step.LoseCancelled:
                GroupLife.LosePart(group, Part(JobState.Cancelled));
                break;
            case Step.Cancel:
                GroupLife.RequestCancel(group);
                break;
            case Step.End:
                GroupLife.End(group, Now);
                break;
        }
    }

    private static bool Refuses(Action act)
    {
        try
        {
            act();
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static JobRow Group() => Row("projects/p/runs/r", null);

    private static JobRow Part(JobState state)
    {
        var part = Row("projects/p/runs/r/parts/fit-3", "projects/p/runs/r");
        (part.State, part.ErrorReason, part.ErrorMessage) = (state, "BAD", "It was bad.");
        return part;
    }

    private static JobRow Row(string name, string? parent) => new()
    {
        Name = name, ParentName = parent, Kind = "", Project = "p", Creator = "", Specification = [], Cpus = 1, MemoryBytes = 0, Gpus = 0, CreatedTicks = 1, TurnTicks = 1,
    };
}
