namespace Mesh.Blobs.Staging;

/// <summary>There is no such upload in the staging area.</summary>
public sealed class StagingNotFoundException(string id) : BlobStoreException($"There is no upload {id}.");

/// <summary>A write did not start where the upload ends. Continue at <see cref="CommittedBytes"/>.</summary>
public sealed class StagingOffsetException(long offset, long committedBytes)
    : BlobStoreException($"The write starts at byte {offset}; the upload continues at byte {committedBytes}.")
{
    public long Offset { get; } = offset;

    public long CommittedBytes { get; } = committedBytes;
}

/// <summary>Another writer has held the upload for too long, here or in another process. Try again later.</summary>
public sealed class StagingBusyException(string id) : BlobStoreException($"Upload {id} is being written by another call.");
