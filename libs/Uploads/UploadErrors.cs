using Grpc.Core;
using Mesh.Blobs;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Uploads;

/// <summary>What can go wrong with an upload, in the caller's words.</summary>
internal static class UploadErrors
{
    /// <summary>The fact of an error that says where the upload continues.</summary>
    public const string Committed = "committed_bytes";

    public const string BusyReason = "UPLOAD_BUSY";

    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(5);

    public static MeshException OffsetMismatch(string name, long offset, long committed) => WithCommitted(
        "OFFSET_MISMATCH", $"The write to {name} starts at byte {offset}; the upload continues at byte {committed}.", committed, httpStatus: 416);

    public static MeshException SizeMismatch(string name, long declared, long committed) => WithCommitted(
        "SIZE_MISMATCH", $"{name} was declared with {declared} bytes and has {committed}.", committed);

    /// <summary>The staged bytes are dropped when this is thrown, so the client starts again at byte 0.</summary>
    public static MeshException DigestMismatch(string name, string expected, string actual) =>
        new(StatusCode.FailedPrecondition, "DIGEST_MISMATCH", $"{name} has SHA-256 {actual}, not {expected}. Its bytes were dropped; send them again from byte 0.")
        {
            Metadata = new Dictionary<string, string> { ["expected"] = expected, ["actual"] = actual, [Committed] = "0" },
        };

    public static MeshException FinishedOtherwise(string name, string sha256) =>
        MeshError.Precondition("DIGEST_MISMATCH", $"{name} is finished with SHA-256 {sha256}.");

    public static MeshException AnnouncedOtherwise(string name, string sha256) =>
        MeshError.Precondition("DIGEST_MISMATCH", $"{name} was announced with SHA-256 {sha256}.");

    public static MeshException Finished(string name) => MeshError.Precondition("UPLOAD_FINISHED", $"{name} is finished and takes no more bytes.");

    public static MeshException Busy(string name) => MeshError.Aborted(BusyReason, $"{name} is being written or finished by another call.");

    /// <summary>Replicas of one service without a common upload folder: no retry helps, an operator can.</summary>
    public static MeshException StagedElsewhere(string name) => MeshError.Precondition(
        "STAGED_ELSEWHERE", $"The bytes of {name} are in the upload folder of another replica. Give all replicas of the service one folder (Uploads:Folder), or delete the upload and send it again.");

    public static MeshException TooLarge(string name, long limit) =>
        new(StatusCode.ResourceExhausted, "UPLOAD_TOO_LARGE", $"{name} would be larger than the {limit} bytes that an upload may have here.") { HttpStatus = 413 };

    /// <summary>For failures of the storage that the caller cannot help; its own exception belongs in the log.</summary>
    public static MeshException Storage(BlobStoreException e) => e switch
    {
        BlobCorruptException => MeshError.DataLoss(e.Message),
        // Trying again soon would only send the bytes in vain.
        BlobStoreFullException => new(StatusCode.ResourceExhausted, "STORAGE_FULL", e.Message) { HttpStatus = 507 },
        _ => MeshError.Unavailable("STORAGE_FAILED", e.Message, StorageRetry),
    };

    private static MeshException WithCommitted(string reason, string message, long committed, int? httpStatus = null) =>
        new(StatusCode.FailedPrecondition, reason, message)
        {
            HttpStatus = httpStatus,
            Metadata = new Dictionary<string, string> { [Committed] = committed.ToString() },
        };
}
