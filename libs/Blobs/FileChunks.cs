using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs;

/// <summary>Chunks of a blob file. Reads their hashes from the sidecar one by one: 16 bytes of memory, whatever the blob's size.</summary>
internal sealed class FileChunks : IChunkSource
{
    private readonly SafeFileHandle file;
    private readonly SafeFileHandle sidecar;
    private readonly BlobInfo blob;

    private FileChunks(SafeFileHandle file, SafeFileHandle sidecar, BlobInfo blob) => (this.file, this.sidecar, this.blob) = (file, sidecar, blob);

    /// <summary>Takes over the blob's file when it succeeds.</summary>
    /// <exception cref="BlobCorruptException">The sidecar is missing or damaged.</exception>
    public static FileChunks Open(SafeFileHandle file, string sidecarPath, BlobInfo blob)
    {
        SafeFileHandle sidecar;
        try
        {
            sidecar = File.OpenHandle(sidecarPath);
        }
        catch (FileNotFoundException)
        {
            throw ChunkSidecar.Missing(blob.Digest);
        }
        try
        {
            Span<byte> header = stackalloc byte[ChunkSidecar.HeaderSize];
            var read = RandomAccess.Read(sidecar, header, 0);
            return ChunkSidecar.Describes(header[..read], RandomAccess.GetLength(sidecar), blob)
                ? new FileChunks(file, sidecar, blob)
                : throw ChunkSidecar.Damaged(blob.Digest);
        }
        catch
        {
            sidecar.Dispose();
            throw;
        }
    }

    public void Read(long chunk, Memory<byte> target) => Accept(chunk, target.Span, StoreFault.Guard(() =>
    {
        var filled = 0;
        int read;
        while (filled < target.Length
            && (read = RandomAccess.Read(file, target.Span[filled..], chunk * HashedContent.ChunkSize + filled)) > 0)
        {
            filled += read;
        }
        return filled;
    }));

    public async ValueTask ReadAsync(long chunk, Memory<byte> target, CancellationToken cancellation)
    {
        var read = await StoreFault.Guard(() => file.ReadFullAsync(chunk * HashedContent.ChunkSize, target, cancellation));
        Accept(chunk, target.Span, read);
    }

    public void Dispose()
    {
        file.Dispose();
        sidecar.Dispose();
    }

    private void Accept(long chunk, ReadOnlySpan<byte> bytes, int read)
    {
        Span<byte> hash = stackalloc byte[ChunkSidecar.HashSize];
        if (read != bytes.Length
            || RandomAccess.Read(sidecar, hash, ChunkSidecar.HashOffset(chunk)) != hash.Length
            || !ChunkSidecar.Proves(hash, bytes))
        {
            throw ChunkSidecar.Unproven(blob.Digest, chunk);
        }
    }
}
