using System.Buffers;

namespace Mesh.Blobs;

/// <summary>A range of a blob. Reads whole chunks into one pooled buffer (1 MiB), which hold only what was proven.</summary>
internal sealed class VerifiedReadStream(IChunkSource chunks, BlobInfo blob, long start, long length) : Stream
{
    private byte[]? buffer;
    private long bufferedChunk = -1;
    private long position;
    private bool disposed;

    public override bool CanRead => !disposed;

    public override bool CanSeek => !disposed;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> destination)
    {
        if (!TryLocate(out var chunk))
        {
            return 0;
        }
        if (chunk != bufferedChunk)
        {
            chunks.Read(chunk, ChunkBuffer(chunk));
            bufferedChunk = chunk;
        }
        return Take(Buffered(), destination);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (!TryLocate(out var chunk))
        {
            return 0;
        }
        await FillAsync(chunk, cancellationToken);
        return Take(Buffered(), destination.Span);
    }

    // Without the copy into a second buffer that the base class makes.
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        while (TryLocate(out var chunk))
        {
            await FillAsync(chunk, cancellationToken);
            var ready = Buffered();
            await destination.WriteAsync(ready, cancellationToken);
            position += ready.Length;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !disposed)
        {
            disposed = true;
            chunks.Dispose();
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = null;
            }
        }
        base.Dispose(disposing);
    }

    /// <summary>The bytes to read when <paramref name="length"/> (null: to the end) are asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the blob.</exception>
    public static long Count(BlobInfo blob, long offset, long? length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, blob.Size);
        var count = length ?? blob.Size - offset;
        ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, blob.Size - offset, nameof(length));
        return count;
    }

    private bool TryLocate(out long chunk)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        chunk = (start + position) / HashedContent.ChunkSize;
        return position < length;
    }

    private async ValueTask FillAsync(long chunk, CancellationToken cancellation)
    {
        if (chunk != bufferedChunk)
        {
            await chunks.ReadAsync(chunk, ChunkBuffer(chunk), cancellation);
            bufferedChunk = chunk;
        }
    }

    private Memory<byte> ChunkBuffer(long chunk)
    {
        bufferedChunk = -1;
        buffer ??= ArrayPool<byte>.Shared.Rent(HashedContent.ChunkSize);
        return buffer.AsMemory(0, (int)Math.Min(HashedContent.ChunkSize, blob.Size - chunk * HashedContent.ChunkSize));
    }

    private ReadOnlyMemory<byte> Buffered()
    {
        var inChunk = (int)((start + position) % HashedContent.ChunkSize);
        var inBlob = bufferedChunk * HashedContent.ChunkSize;
        var end = (int)Math.Min(Math.Min(HashedContent.ChunkSize, blob.Size - inBlob), start + length - inBlob);
        return buffer.AsMemory(inChunk, end - inChunk);
    }

    private int Take(ReadOnlyMemory<byte> ready, Span<byte> destination)
    {
        var count = Math.Min(ready.Length, destination.Length);
        ready.Span[..count].CopyTo(destination);
        position += count;
        return count;
    }
}
