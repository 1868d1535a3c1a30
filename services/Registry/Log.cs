namespace Mesh.Registry;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Registered {Version} for {Creator}.")]
    public static partial void VersionRegistered(this ILogger logger, string version, string creator);

    [LoggerMessage(2, LogLevel.Information, "Deleted {Version} for {Caller}.")]
    public static partial void VersionDeleted(this ILogger logger, string version, string caller);

    [LoggerMessage(3, LogLevel.Warning, "Refused {Upload}: {Problem}")]
    public static partial void BundleRefused(this ILogger logger, string upload, string problem);

    [LoggerMessage(4, LogLevel.Information, "Replica {Replica} at {Address} joined.")]
    public static partial void ReplicaJoined(this ILogger logger, string replica, string address);

    [LoggerMessage(5, LogLevel.Information, "Replica {Replica} left.")]
    public static partial void ReplicaLeft(this ILogger logger, string replica);

    [LoggerMessage(6, LogLevel.Warning, "Replica {Replica} said nothing for {Seconds} s; it counts as gone.")]
    public static partial void ReplicaSilent(this ILogger logger, string replica, double seconds);

    [LoggerMessage(7, LogLevel.Warning, "The deployments cannot be read; replicas keep what they were told last.")]
    public static partial void TargetsUnreadable(this ILogger logger, Exception e);

    [LoggerMessage(8, LogLevel.Warning, "The replicas cannot be written to or read from the database; each process of this service sees its own.")]
    public static partial void ReplicasNotShared(this ILogger logger, Exception e);

    [LoggerMessage(9, LogLevel.Error, "The stored bundle of {Version} cannot be read.")]
    public static partial void BundleUnreadable(this ILogger logger, string version, Exception e);
}
