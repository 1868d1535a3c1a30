namespace Mesh.Identity;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Created {Project} for {Creator}.")]
    public static partial void ProjectCreated(this ILogger logger, string project, string creator);

    [LoggerMessage(2, LogLevel.Information, "Deleted {Project} for {Caller}.")]
    public static partial void ProjectDeleted(this ILogger logger, string project, string caller);
}
