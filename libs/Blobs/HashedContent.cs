namespace Mesh.Blobs;

/// <summary>
/// What is known of bytes once they were hashed: their digest, their size, and one XXH128 (16 bytes, back to back) for each
/// <see cref="ChunkSize"/> of them.
/// </summary>
public sealed record HashedContent(BlobDigest Digest, long Size, ReadOnlyMemory<byte> ChunkHashes)
{
    /// <summary>1 MiB: the unit in which ranges are verified.</summary>
    public const int ChunkSize = 1 << 20;

    public BlobInfo Info => new(Digest, Size);

    /// <summary>Reads and hashes a whole local file.</summary>
    public static async Task<HashedContent> OfFileAsync(string path, CancellationToken cancellation)
    {
        using var file = StoreFault.Guard(() => File.OpenHandle(path, options: FileOptions.Asynchronous | FileOptions.SequentialScan));
        using var hasher = new ContentHasher();
        await hasher.AppendRestAsync(file, cancellation);
        return hasher.Finish();
    }
}
