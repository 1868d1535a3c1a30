using Mesh.Uploads.V1;
using Microsoft.Extensions.Logging;

namespace Mesh.Uploads;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The storage failed for {Upload}.")]
    public static partial void StorageFailed(ILogger logger, string upload, Exception e);

    [LoggerMessage(2, LogLevel.Warning, "{Upload}: the client announced SHA-256 {Expected}, the bytes have {Actual}; dropped them.")]
    public static partial void DigestMismatch(ILogger logger, string upload, string expected, string actual);

    [LoggerMessage(3, LogLevel.Information, "Removed the staged bytes of {Count} uploads that were deleted.")]
    public static partial void Swept(ILogger logger, int count);

    [LoggerMessage(4, LogLevel.Error, "Looking for expired uploads and released blobs failed; trying again later.")]
    public static partial void SweepFailed(ILogger logger, Exception e);

    [LoggerMessage(5, LogLevel.Information, "Deleted {Upload} ({State}): nobody has gone on with it.")]
    public static partial void Expired(ILogger logger, string upload, UploadState state);

    [LoggerMessage(6, LogLevel.Error, "Blob {Sha256} of project {Project} could not be looked after; trying again later.")]
    public static partial void CollectFailed(ILogger logger, string project, string sha256, Exception e);

    [LoggerMessage(7, LogLevel.Error, "{Upload} could not be finished.")]
    public static partial void FinishFailed(ILogger logger, string upload, Exception e);

    [LoggerMessage(8, LogLevel.Information, "Seeing to it that {Upload} is finished: nobody here is at it, perhaps after a stop or a crash.")]
    public static partial void FinishResumed(ILogger logger, string upload);
}
