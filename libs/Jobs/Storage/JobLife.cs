using Mesh.Jobs.V1;

namespace Mesh.Jobs.Storage;

/// <summary>
/// The state machine of a job, as documented on <see cref="JobState"/>; pure, so that all of it can be tested. Whoever
/// calls these holds the row's lock.
/// </summary>
internal static class JobLife
{
    public static bool IsTerminal(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Whether an attempt is under way: a worker may write.</summary>
    public static bool HasWorker(JobRow row) => row.LeaseExpiresTicks > 0;

    public static bool Allows(JobState from, JobState to) => (from, to) switch
    {
        (JobState.Queued, JobState.Running or JobState.Cancelling) => true,
        (JobState.Running, JobState.Succeeded or JobState.Failed or JobState.Queued or JobState.Paused or JobState.Cancelling) => true,
        (JobState.Paused, JobState.Running or JobState.Cancelling) => true,
        (JobState.Cancelling, JobState.Cancelled) => true,
        _ => false,
    };

    public static void Start(JobRow row, byte[] tokenHash, TimeSpan lease, long now)
    {
        Begin(row, now);
        row.TokenHash = tokenHash;
        row.LeaseExpiresTicks = now + lease.Ticks;
        (row.RecordedSequence, row.YieldRequested) = (0, false);
    }

    /// <summary>The job's turn has come. The total stays: a part knows it beforehand, and without a stage it is not shown.</summary>
    public static void Begin(JobRow row, long now)
    {
        Move(row, JobState.Running);
        row.Attempt++;
        row.StartedTicks ??= now;
        (row.Stage, row.Done, row.UnitsDone) = ("", 0, 0);
    }

    public static void Succeed(JobRow row, byte[] result, long now)
    {
        Move(row, JobState.Succeeded);
        row.Result = result;
        (row.ErrorReason, row.ErrorMessage) = (null, null);
        End(row, now);
    }

    /// <summary>
    /// The attempt failed: the job fails too, or waits for the next attempt. An attempt that got further than all that failed
    /// before it says that the place was not to blame, so only failures at one place end a job soon; a cap ends it in any case.
    /// </summary>
    public static void Fail(JobRow row, JobError error, bool retryable, JobOptions options, long now)
    {
        if (row.State == JobState.Cancelling)
        {
            Cancelled(row, now);
            return;
        }

        row.Failures++;
        row.FailuresInPlace = row.UnitsDone > row.FarthestFailure ? 1 : row.FailuresInPlace + 1;
        row.FarthestFailure = Math.Max(row.FarthestFailure, row.UnitsDone);
        var enough = retryable ? Enough(row, options) : "";
        (row.ErrorReason, row.ErrorMessage) = (error.Reason, error.Message + enough);
        if (enough is null)
        {
            Requeue(row, now + options.RetryDelay(row.Failures).Ticks);
        }
        else
        {
            Failed(row, now);
        }
    }

    /// <summary>The attempt ended without a fault of the job: it goes on with the next one.</summary>
    public static void GiveBack(JobRow row, long now)
    {
        if (row.State == JobState.Cancelling)
        {
            Cancelled(row, now);
        }
        else
        {
            (row.ErrorReason, row.ErrorMessage) = (null, null);
            Requeue(row, now);
        }
    }

    /// <summary>A silent worker lost the job.</summary>
    public static void LoseLease(JobRow row, JobOptions options, long now) =>
        Fail(row, new JobError { Reason = "LEASE_LOST", Message = "The worker went silent." }, retryable: true, options, now);

    /// <summary>Asks for cancellation; without a worker there is nothing to wait for. No effect on a job that ended.</summary>
    public static void RequestCancel(JobRow row, long now)
    {
        if (IsTerminal(row.State) || row.State == JobState.Cancelling)
        {
            return;
        }

        Move(row, JobState.Cancelling);
        if (!HasWorker(row))
        {
            Cancelled(row, now);
        }
    }

    public static void Cancelled(JobRow row, long now)
    {
        Move(row, JobState.Cancelled);
        (row.ErrorReason, row.ErrorMessage) = (null, null);
        End(row, now);
    }

    /// <summary>With the error that the row has.</summary>
    public static void Failed(JobRow row, long now)
    {
        Move(row, JobState.Failed);
        End(row, now);
    }

    /// <exception cref="InvalidOperationException">The states do not follow each other.</exception>
    public static void Move(JobRow row, JobState to)
    {
        if (!Allows(row.State, to))
        {
            throw new InvalidOperationException($"{row.Name} cannot go from {row.State} to {to}.");
        }

        row.State = to;
    }

    /// <summary>Why there is no further attempt, to be said behind the error; null when there is one.</summary>
    private static string? Enough(JobRow row, JobOptions options)
    {
        if (row.FailuresInPlace >= options.MaxAttempts)
        {
            return options.MaxAttempts == 1 ? "" : $" {row.FailuresInPlace} attempts in a row got no further.";
        }

        return row.Failures >= options.MaxFailures ? $" The job has failed {row.Failures} times." : null;
    }

    private static void Requeue(JobRow row, long notBefore)
    {
        Move(row, JobState.Queued);
        row.NotBeforeTicks = notBefore;
        (row.LeaseExpiresTicks, row.YieldRequested) = (0, false);
    }

    private static void End(JobRow row, long now)
    {
        row.EndedTicks = now;
        (row.LeaseExpiresTicks, row.YieldRequested) = (0, false);
    }
}
