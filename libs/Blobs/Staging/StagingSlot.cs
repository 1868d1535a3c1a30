using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>What is known of one upload while the process lives: who writes it, what is durable, and the hash so far.</summary>
internal sealed class StagingSlot : IDisposable
{
    private long committedBytes = -1;
    private ContentHasher? hasher;

    /// <summary>One writer at a time; the members below, except <see cref="CommittedBytes"/>, are the writer's.</summary>
    public SemaphoreSlim Writer { get; } = new(1, 1);

    /// <summary>Null when this process has not opened the upload yet.</summary>
    public long? CommittedBytes
    {
        get => Volatile.Read(ref committedBytes) is >= 0 and var bytes ? bytes : null;
        set => Volatile.Write(ref committedBytes, value ?? -1);
    }

    /// <summary>Starts the hash with the first byte; an upload that grew in another process is hashed when it is to be finished.</summary>
    public void ContinueHashAt(long position)
    {
        if (hasher?.Size != position)
        {
            DropHash();
            hasher = position == 0 ? new ContentHasher() : null;
        }
    }

    public void Hash(ReadOnlySpan<byte> bytes) => hasher?.Append(bytes);

    /// <summary>Reads from the file what the hash lacks. What a cancelled call has read is kept for the next.</summary>
    public async Task<BlobDigest> HashRestAsync(SafeFileHandle file, CancellationToken cancellation)
    {
        if (hasher?.Size > RandomAccess.GetLength(file))
        {
            DropHash();
        }
        hasher ??= new ContentHasher();
        await hasher.AppendRestAsync(file, cancellation);
        return hasher.Digest;
    }

    /// <summary>The hash of the first <paramref name="size"/> bytes, or null when it has to be read from the file.</summary>
    public HashedContent? TakeHash(long size)
    {
        var content = hasher?.Size == size ? hasher.Finish() : null;
        DropHash();
        return content;
    }

    public void DropHash()
    {
        hasher?.Dispose();
        hasher = null;
    }

    /// <summary>Lets the next writer in; the slot itself lives on.</summary>
    public void Dispose() => Writer.Release();
}
