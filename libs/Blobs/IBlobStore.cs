namespace Mesh.Blobs;

/// <summary>
/// Content-addressed storage. A blob is immutable, named by the SHA-256 of its bytes, and visible only once all of it is durable.
/// All members throw <see cref="BlobStoreException"/> when the storage fails.
/// </summary>
public interface IBlobStore
{
    /// <summary>Stores the rest of a stream, hashing while it writes (a bounded part of it in memory, whatever the size). Takes the place of the same blob, which heals one that was damaged.</summary>
    /// <exception cref="BlobDigestMismatchException">The content's digest is not <paramref name="expected"/>; nothing is stored.</exception>
    Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation);

    /// <summary>
    /// Takes over a local file (it is gone from <paramref name="path"/> afterwards). The file store renames it when both are on one file system;
    /// remote stores upload it. <paramref name="content"/> is what <see cref="HashedContent.OfFileAsync"/> or a <see cref="ContentHasher"/> found, and is trusted.
    /// </summary>
    Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation);

    /// <summary>
    /// Opens <paramref name="length"/> bytes (null: to the end) from <paramref name="offset"/>. The stream seeks, and verifies every 1 MiB chunk before it hands out a byte
    /// of it; a damaged chunk throws <see cref="BlobCorruptException"/> from the read.
    /// </summary>
    /// <exception cref="BlobNotFoundException">There is no such blob.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the blob.</exception>
    Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default);

    /// <summary>The blob's size, or null when it is not there. Reads no content.</summary>
    Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation);

    /// <summary>
    /// A local file with the blob's bytes, to be memory-mapped and not changed. It is verified in full at the first call in this process (reads the whole blob
    /// once); a remote store downloads it into its cache unless it is there. Dispose the result when the file is no longer needed.
    /// </summary>
    /// <exception cref="BlobNotFoundException">There is no such blob.</exception>
    /// <exception cref="BlobCorruptException">The bytes are not those of the digest.</exception>
    /// <exception cref="BlobStoreFullException">The cache has no room for it beside what is in use.</exception>
    Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation);

    /// <summary>Hashes the whole blob again. Chunk hashes that are missing or damaged are written anew when the blob itself is sound.</summary>
    /// <param name="progress">Is told how many bytes were hashed, after each MiB or so.</param>
    /// <exception cref="BlobNotFoundException">There is no such blob.</exception>
    /// <exception cref="BlobCorruptException">The bytes are not those of the digest.</exception>
    Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null);

    /// <summary>Removes a blob; false when it was not there. Streams that are open may finish or fail.</summary>
    Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation);

    /// <summary>All blobs of a scope in the order of their digests.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation);
}
