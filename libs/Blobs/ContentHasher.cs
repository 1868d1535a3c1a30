using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs;

/// <summary>Hashes a sequence of bytes as a whole and chunk by chunk in one pass. Keeps 16 bytes per 1 MiB. Not thread safe.</summary>
public sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly XxHash128 chunk = new();
    private readonly ArrayBufferWriter<byte> chunkHashes = new();

    /// <summary>Bytes appended so far.</summary>
    public long Size { get; private set; }

    /// <summary>Of the bytes appended so far; more may follow.</summary>
    public BlobDigest Digest => BlobDigest.FromHash(whole.GetCurrentHash());

    public void Append(ReadOnlySpan<byte> bytes)
    {
        whole.AppendData(bytes);
        while (!bytes.IsEmpty)
        {
            var room = HashedContent.ChunkSize - (int)(Size % HashedContent.ChunkSize);
            var part = bytes[..Math.Min(room, bytes.Length)];
            chunk.Append(part);
            Size += part.Length;
            bytes = bytes[part.Length..];
            if (part.Length == room)
            {
                EndChunk();
            }
        }
    }

    /// <summary>Appends a file from byte <see cref="Size"/> to its end. After a cancellation the same call goes on where it stopped.</summary>
    internal async Task AppendRestAsync(SafeFileHandle file, CancellationToken cancellation, IProgress<long>? progress = null)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(HashedContent.ChunkSize);
        try
        {
            int read;
            while ((read = await StoreFault.Guard(() => RandomAccess.ReadAsync(file, buffer, Size, cancellation))) > 0)
            {
                Append(buffer.AsSpan(0, read));
                progress?.Report(Size);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The result for everything appended. Nothing may be appended afterwards.</summary>
    public HashedContent Finish()
    {
        if (Size % HashedContent.ChunkSize != 0)
        {
            EndChunk();
        }
        return new HashedContent(BlobDigest.FromHash(whole.GetHashAndReset()), Size, chunkHashes.WrittenMemory);
    }

    public void Dispose() => whole.Dispose();

    private void EndChunk()
    {
        chunkHashes.Advance(chunk.GetHashAndReset(chunkHashes.GetSpan(ChunkSidecar.HashSize)));
    }
}
