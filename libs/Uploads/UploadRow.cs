using Mesh.Uploads.V1;

namespace Mesh.Uploads;

/// <summary>One upload. Until it is FINISHED the truth about its bytes is the staging area, not this row.</summary>
public sealed class UploadRow
{
    public required string Project { get; init; }

    /// <summary>Last part of the name, and the id in the staging area.</summary>
    public required string UploadId { get; init; }

    public required string FileName { get; init; }

    /// <summary>Declared by the client; 0 when it did not know.</summary>
    public required long DeclaredBytes { get; init; }

    /// <summary>What the client said on creation that the bytes have; empty when it did not know.</summary>
    public string AnnouncedSha256 { get; init; } = "";

    /// <summary>The staging folder that its bytes are in: replicas with another one must not begin it anew.</summary>
    public required string StagingFolder { get; init; }

    public UploadState State { get; set; } = UploadState.Active;

    /// <summary>Empty until FINISHED; then the blob's digest, 64 hex digits.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>
    /// While FINISHING, what the bytes have or are said to have: written before they move into the store, so that when a crash falls
    /// between the move and FINISHED, this says that the blob is this upload's. Empty before they were hashed, when nobody said.
    /// </summary>
    public string FinishingSha256 { get; set; } = "";

    /// <summary>Bytes of the finished blob; 0 before.</summary>
    public long StoredBytes { get; set; }

    public required long CreatedTicks { get; init; }

    public required string Creator { get; init; }

    /// <summary>Touched in the transaction that makes something of the upload, so that a delete at the same time waits or wins.</summary>
    public long UsedTicks { get; set; }
}
