namespace Mesh.Ingest;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Committing {Version}, attempt {Attempt}.")]
    public static partial void CommitStarted(this ILogger logger, string version, int attempt);

    [LoggerMessage(2, LogLevel.Information, "{Version} is ready: {Records} records, {Rejected} rejected.")]
    public static partial void CommitSucceeded(this ILogger logger, string version, long records, long rejected);

    [LoggerMessage(3, LogLevel.Warning, "{Version} failed: {Reason}: {Problem}")]
    public static partial void CommitFailed(this ILogger logger, string version, string reason, string problem);

    [LoggerMessage(4, LogLevel.Error, "Committing {Version} broke off in attempt {Attempt}; trace id {TraceId}.")]
    public static partial void CommitBroke(this ILogger logger, string version, int attempt, string traceId, Exception e);

    [LoggerMessage(5, LogLevel.Information, "{Version} was deleted or taken over while it was committed.")]
    public static partial void CommitLost(this ILogger logger, string version);

    [LoggerMessage(6, LogLevel.Error, "Looking for versions to commit failed; trying again.")]
    public static partial void ClaimFailed(this ILogger logger, Exception e);

    [LoggerMessage(7, LogLevel.Error, "The storage failed while reading {What}.")]
    public static partial void ReadFailed(this ILogger logger, string what, Exception e);

    [LoggerMessage(8, LogLevel.Warning, "The progress of {Version} could not be written; trying again.")]
    public static partial void HeartbeatFailed(this ILogger logger, string version, Exception e);

    [LoggerMessage(9, LogLevel.Information, "{Import}: attempt {Attempt}.")]
    public static partial void ImportStarted(this ILogger logger, string import, int attempt);

    [LoggerMessage(10, LogLevel.Information, "{Import} is done: {Files} files, {Bytes} bytes.")]
    public static partial void ImportSucceeded(this ILogger logger, string import, int files, long bytes);

    [LoggerMessage(11, LogLevel.Warning, "{Import} failed: {Reason}: {Problem}")]
    public static partial void ImportFailed(this ILogger logger, string import, string reason, string problem);

    [LoggerMessage(12, LogLevel.Error, "{Import} broke off in attempt {Attempt}; trace id {TraceId}.")]
    public static partial void ImportBroke(this ILogger logger, string import, int attempt, string traceId, Exception e);

    [LoggerMessage(13, LogLevel.Information, "{Import} was cancelled, or taken over by another process.")]
    public static partial void ImportLost(this ILogger logger, string import);

    [LoggerMessage(14, LogLevel.Error, "Looking for imports failed; trying again.")]
    public static partial void ImportClaimFailed(this ILogger logger, Exception e);

    [LoggerMessage(15, LogLevel.Information, "{Import}: {File} broke off ({Problem}); trying again.")]
    public static partial void ImportFileBroke(this ILogger logger, string import, string file, string problem);

    [LoggerMessage(16, LogLevel.Information, "Forgot {Count} imports that ended long ago.")]
    public static partial void ImportsForgotten(this ILogger logger, int count);

    [LoggerMessage(17, LogLevel.Information, "Moved {Blobs} files of {Version} to the cold store; it was last read at {LastRead:u}.")]
    public static partial void MovedToCold(this ILogger logger, string version, int blobs, DateTime lastRead);

    [LoggerMessage(18, LogLevel.Error, "Moving files to the cold store failed; trying again later.")]
    public static partial void ColdSweepFailed(this ILogger logger, Exception e);

    [LoggerMessage(19, LogLevel.Warning, "Ingest:ColdAfterDays is {Days}, and there is no cold store (Blobs:Cold): nothing is moved.")]
    public static partial void NoColdStore(this ILogger logger, int days);
}
