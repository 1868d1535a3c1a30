namespace Mesh.Preprocessing;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Created {Pipeline} for {Creator}.")]
    public static partial void PipelineCreated(this ILogger logger, string pipeline, string creator);

    [LoggerMessage(2, LogLevel.Information, "Created {Run} on {DatasetVersion}; cached: {Cached}.")]
    public static partial void RunCreated(this ILogger logger, string run, string datasetVersion, bool cached);

    [LoggerMessage(3, LogLevel.Information, "Deleted {Name} for {Caller}.")]
    public static partial void Deleted(this ILogger logger, string name, string caller);

    [LoggerMessage(4, LogLevel.Warning, "The pin of {Holder} on {DatasetVersion} could not be changed ({Status}); trying again.")]
    public static partial void PinNotChanged(this ILogger logger, string holder, string datasetVersion, string status);

    [LoggerMessage(5, LogLevel.Error, "{What} could not be looked after; trying again.")]
    public static partial void CareFailed(this ILogger logger, string what, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The process of a dry run ended with code {Code}: {Errors}")]
    public static partial void DryRunEnded(this ILogger logger, int code, string errors);

    [LoggerMessage(7, LogLevel.Information, "Created {Trigger} on {Dataset} for {Creator}.")]
    public static partial void TriggerCreated(this ILogger logger, string trigger, string dataset, string creator);

    [LoggerMessage(8, LogLevel.Information, "{Trigger} fires for version {Version}.")]
    public static partial void Fired(this ILogger logger, string trigger, int version);

    [LoggerMessage(9, LogLevel.Warning, "{Trigger} cannot go on ({Failures} times now): {Error}")]
    public static partial void StepFailed(this ILogger logger, string? trigger, int failures, string error);

    [LoggerMessage(10, LogLevel.Information, "Ingest broke off at record {Index} of {Split} ({Status}); going on there.")]
    public static partial void RecordsBrokeOff(this ILogger logger, long index, string split, string status);

    [LoggerMessage(12, LogLevel.Warning, "The folder of a dry run could not be removed ({Error}); trying again with a later one.")]
    public static partial void DryRunFolderLeft(this ILogger logger, string error);

    [LoggerMessage(13, LogLevel.Warning, "The process of a dry run has not ended {Seconds} s after it was killed.")]
    public static partial void DryRunNotEnded(this ILogger logger, double seconds);
}
