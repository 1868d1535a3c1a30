using Microsoft.Extensions.Logging;

namespace Mesh.Jobs;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Started attempt {Attempt} of {Job}.")]
    public static partial void AttemptStarted(this ILogger logger, string job, int attempt);

    [LoggerMessage(2, LogLevel.Information, "{Job} is {State} after {Attempt} attempts.")]
    public static partial void JobEnded(this ILogger logger, string job, string state, int attempt);

    [LoggerMessage(3, LogLevel.Warning, "Attempt {Attempt} of {Job} ended with {How} before it had a result; the job is {State}.")]
    public static partial void AttemptCrashed(this ILogger logger, string job, int attempt, string how, string state);

    [LoggerMessage(4, LogLevel.Warning, "Attempt {Attempt} of {Job} went silent and lost its lease; the job is {State}.")]
    public static partial void LeaseExpired(this ILogger logger, string job, int attempt, string state);

    [LoggerMessage(5, LogLevel.Information, "Took back {Count} jobs that were running when the service stopped.")]
    public static partial void TookBack(this ILogger logger, int count);

    [LoggerMessage(6, LogLevel.Error, "A worker for {Job} could not be started.")]
    public static partial void LaunchFailed(this ILogger logger, string job, Exception e);

    [LoggerMessage(7, LogLevel.Error, "A pass of the job scheduler failed; it goes on with the next.")]
    public static partial void PassFailed(this ILogger logger, Exception e);

    [LoggerMessage(8, LogLevel.Warning, "The worker of attempt {Attempt} of {Job} did not stop in time and was killed.")]
    public static partial void WorkerKilled(this ILogger logger, string job, int attempt);

    [LoggerMessage(9, LogLevel.Warning, "Worker of attempt {Attempt} of {Job}: {Line}")]
    public static partial void WorkerSaid(this ILogger logger, string job, int attempt, string line);

    [LoggerMessage(10, LogLevel.Warning, "The log of {Job}'s worker can no longer be written.")]
    public static partial void WorkerLogNotWritten(this ILogger logger, string job, Exception e);

    [LoggerMessage(11, LogLevel.Warning, "Attempt {Attempt} of {Job} failed: {Reason}: {Message}")]
    public static partial void AttemptFailed(this ILogger logger, string job, int attempt, string reason, string message);

    [LoggerMessage(12, LogLevel.Error, "The attempt failed.")]
    public static partial void BodyFailed(this ILogger logger, Exception e);

    [LoggerMessage(13, LogLevel.Warning, "The job was given to another attempt; stopping.")]
    public static partial void LostLease(this ILogger logger);

    [LoggerMessage(14, LogLevel.Information, "The service is gone; stopping.")]
    public static partial void ServiceGone(this ILogger logger);

    [LoggerMessage(15, LogLevel.Warning, "A heartbeat failed: {Status}")]
    public static partial void HeartbeatFailed(this ILogger logger, string status);

    [LoggerMessage(16, LogLevel.Debug, "The attempt was aborted.")]
    public static partial void Aborted(this ILogger logger, Exception e);

    [LoggerMessage(17, LogLevel.Warning, "{Job} failed: this machine no longer has the GPUs it needs.")]
    public static partial void CannotRun(this ILogger logger, string job);

    [LoggerMessage(18, LogLevel.Warning, "The log of {Job}'s worker could not be deleted.")]
    public static partial void WorkerLogNotDeleted(this ILogger logger, string job, Exception e);

    [LoggerMessage(19, LogLevel.Error, "{Job} could not be cut into parts.")]
    public static partial void GroupNotBegun(this ILogger logger, string job, Exception e);

    [LoggerMessage(20, LogLevel.Error, "All parts of {Job} have ended and none led to a result; it is FAILED.")]
    public static partial void GroupStalled(this ILogger logger, string job);

    [LoggerMessage(21, LogLevel.Information, "Removed the {Count} parts of {Job}, which ended long ago.")]
    public static partial void PartsRemoved(this ILogger logger, string job, int count);

    [LoggerMessage(22, LogLevel.Error, "The parts of jobs that ended long ago could not be removed; trying again.")]
    public static partial void PartsNotRemoved(this ILogger logger, Exception e);
}
