using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;

namespace Mesh.Jobs.Groups;

/// <summary>
/// The state machine of a group, beside <see cref="JobLife"/> and as pure. A group ends in two steps: its end is decided (a
/// result, an error, a cancellation), and when no part is under way any more it comes. Whoever calls these holds the
/// group's lock.
/// </summary>
internal static class GroupLife
{
    /// <summary>Whether it is known how the group ends. Its parts are cancelled then, and nothing but a cancellation changes its end.</summary>
    public static bool IsDecided(JobRow group) =>
        group.State == JobState.Cancelling || group.Result is not null || group.ErrorReason is not null;

    /// <exception cref="InvalidOperationException">It is known how the group ends.</exception>
    public static void EnsureUndecided(JobRow group)
    {
        if (group.IsTerminal || IsDecided(group))
        {
            throw new InvalidOperationException($"{group.Name} is {group.State} and its end is decided.");
        }
    }

    public static void Begin(JobRow group, long now)
    {
        JobLife.Begin(group, now);
        // That of an earlier begin, which was tried again.
        (group.ErrorReason, group.ErrorMessage) = (null, null);
    }

    public static void Succeed(JobRow group, byte[] result)
    {
        EnsureUndecided(group);
        group.Result = result;
    }

    public static void Fail(JobRow group, JobError error)
    {
        EnsureUndecided(group);
        (group.ErrorReason, group.ErrorMessage) = (error.Reason, error.Message);
    }

    /// <summary>No effect on a group that has ended. One that was about to end is CANCELLED instead.</summary>
    public static void RequestCancel(JobRow group)
    {
        if (group.IsTerminal || group.State == JobState.Cancelling)
        {
            return;
        }

        JobLife.Move(group, JobState.Cancelling);
        (group.Result, group.ErrorReason, group.ErrorMessage) = (null, null, null);
    }

    /// <summary>A part ended without a result, and a group cannot do without one: it fails as the part did, or is cancelled with it.</summary>
    public static void LosePart(JobRow group, JobRow part)
    {
        if (part.State == JobState.Cancelled)
        {
            RequestCancel(group);
        }
        else
        {
            Fail(group, new JobError { Reason = part.ErrorReason ?? "UNKNOWN", Message = $"Part \"{part.Part}\": {part.ErrorMessage}" });
        }
    }

    /// <summary>No part is under way: the group ends as was decided. One that nothing was decided of would wait for ever, and fails.</summary>
    public static void End(JobRow group, long now)
    {
        if (group.State == JobState.Cancelling)
        {
            JobLife.Cancelled(group, now);
        }
        else if (group.Result is { } result)
        {
            JobLife.Succeed(group, result, now);
        }
        else
        {
            group.ErrorReason ??= "INTERNAL";
            group.ErrorMessage ??= "All parts have ended, and none of them led to a result.";
            JobLife.Failed(group, now);
        }
    }
}
