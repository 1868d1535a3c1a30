namespace Mesh.Blobs;

/// <summary>
/// The store could not do what was asked (disk full, I/O error, …). The message is for callers: it holds no server path;
/// the inner exception is for the log.
/// </summary>
public class BlobStoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>There is no room for it.</summary>
public sealed class BlobStoreFullException : BlobStoreException
{
    public BlobStoreFullException(Exception inner)
        : base("The blob store is full.", inner)
    {
    }

    public BlobStoreFullException(string message)
        : base(message)
    {
    }
}

/// <summary>There is no such blob in the scope.</summary>
public sealed class BlobNotFoundException(BlobScope scope, BlobDigest digest)
    : BlobStoreException($"There is no blob {digest} in {scope}.")
{
    public BlobDigest Digest { get; } = digest;
}

/// <summary>The content written is not the content announced. Nothing became visible.</summary>
public sealed class BlobDigestMismatchException(BlobDigest expected, BlobDigest actual)
    : BlobStoreException($"The content has SHA-256 {actual}, not {expected}.")
{
    public BlobDigest Expected { get; } = expected;

    public BlobDigest Actual { get; } = actual;
}

/// <summary>Stored bytes are not what was written, or the chunk hashes that would prove it are missing or damaged.</summary>
public sealed class BlobCorruptException(BlobDigest digest, string problem)
    : BlobStoreException($"Blob {digest} is damaged: {problem}.")
{
    public BlobDigest Digest { get; } = digest;

    internal static BlobCorruptException OtherContent(BlobDigest digest, BlobDigest actual) => new(digest, $"its content has SHA-256 {actual}");
}
