namespace Mesh.Blobs.Remote;

/// <summary>Chunks of a remote blob, proven by its sidecar, which is in memory (16 bytes per MiB).</summary>
/// <param name="sidecar">Whole, and this blob's.</param>
/// <param name="fetch">The request behind <paramref name="ahead"/>.</param>
internal sealed class RemoteChunks(
    BlobDigest digest, ReadOnlyMemory<byte> sidecar, ReadAhead ahead, Func<long, Memory<byte>, CancellationToken, Task> fetch) : IChunkSource
{
    // Keeps a thread waiting, as the callers of synchronous reads expect.
    public void Read(long chunk, Memory<byte> target) => ReadAsync(chunk, target, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public async ValueTask ReadAsync(long chunk, Memory<byte> target, CancellationToken cancellation)
    {
        await ahead.ReadAsync(chunk, target, cancellation);
        if (Proves(chunk, target))
        {
            return;
        }
        // Perhaps only the way here damaged it.
        await fetch(chunk, target, cancellation);
        if (!Proves(chunk, target))
        {
            throw ChunkSidecar.Unproven(digest, chunk);
        }
    }

    public void Dispose() => ahead.Dispose();

    private bool Proves(long chunk, ReadOnlyMemory<byte> bytes) =>
        ChunkSidecar.Proves(sidecar.Span.Slice((int)ChunkSidecar.HashOffset(chunk), ChunkSidecar.HashSize), bytes.Span);
}
