using Microsoft.Extensions.Logging;

namespace Mesh.Blobs;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Fault} Attempt {Attempt} failed; the next one follows in {Milliseconds:0} ms.")]
    public static partial void RequestRepeated(this ILogger logger, string fault, int attempt, double milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "The parts of an upload that failed could not be discarded; they stay until the next look for unfinished uploads.")]
    public static partial void PartsLeft(this ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Information, "Discarded {Count} uploads to the blob store that nobody finished.")]
    public static partial void UnfinishedDiscarded(this ILogger logger, int count);

    [LoggerMessage(4, LogLevel.Warning, "Uploads that nobody finished could not be looked for: {Reason} Their parts take room in the bucket until its own lifecycle rule removes them.")]
    public static partial void UnfinishedUnknown(this ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Warning, "A file of the blob cache was damaged on this disk and is fetched again.")]
    public static partial void CachedFileDamaged(this ILogger logger);

    [LoggerMessage(6, LogLevel.Error, "Blob {Digest} of project {Project} could not be read to be sent.")]
    public static partial void NotSent(this ILogger logger, string digest, string project, Exception e);
}
