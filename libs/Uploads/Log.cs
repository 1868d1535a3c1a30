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

    [LoggerMessage(4, LogLevel.Warning, "Could not clean up after the last run; the next start tries again.")]
    public static partial void SweepFailed(ILogger logger, Exception e);
}
