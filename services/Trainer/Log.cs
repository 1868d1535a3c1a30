namespace Mesh.Trainer;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Created {Run} ({Architecture}) for {Creator}.")]
    public static partial void RunCreated(this ILogger logger, string run, string architecture, string creator);

    [LoggerMessage(2, LogLevel.Information, "Deleted {Run} for {Caller}.")]
    public static partial void RunDeleted(this ILogger logger, string run, string caller);

    [LoggerMessage(3, LogLevel.Warning, "{Run} was not created, but its pin on {Dataset} could not be released: {Reason}. It is tried again.")]
    public static partial void UnpinFailed(this ILogger logger, string run, string dataset, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The files of a deleted run are left in {Folder}.")]
    public static partial void FilesLeft(this ILogger logger, string folder, Exception e);

    [LoggerMessage(5, LogLevel.Error, "The pins of runs that were not created could not be read; it is tried again.")]
    public static partial void PinsNotRead(this ILogger logger, Exception e);

    [LoggerMessage(10, LogLevel.Information, "Going on from step {Step}.")]
    public static partial void Resumed(this ILogger logger, long step);

    [LoggerMessage(11, LogLevel.Warning, "A checkpoint was passed over: {Problem}")]
    public static partial void CheckpointPassedOver(this ILogger logger, string problem);

    [LoggerMessage(12, LogLevel.Information, "Registered {Version}.")]
    public static partial void Registered(this ILogger logger, string version);

    [LoggerMessage(13, LogLevel.Warning, "Older checkpoints could not be removed.")]
    public static partial void NotPruned(this ILogger logger, Exception e);
}
