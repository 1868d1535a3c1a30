using System.Buffers;

namespace Mesh.Blobs.Remote;

/// <summary>
/// Fetches the chunks of one object for one reader: only the one asked for after a jump, then two and more at once for who reads on. Each chunk is a
/// request of its own, so a broken connection costs at most one chunk. Memory: <paramref name="most"/> chunks.
/// </summary>
/// <param name="fetch">Fills the memory with the chunk of this number.</param>
/// <param name="last">The last chunk anyone will ask for.</param>
/// <param name="size">Bytes of the object.</param>
/// <param name="most">Chunks under way at once, the one asked for included.</param>
internal sealed class ReadAhead(Func<long, Memory<byte>, CancellationToken, Task> fetch, long last, long size, int most) : IDisposable
{
    private readonly Queue<Fetch> ahead = new();
    private CancellationTokenSource fetching = new();
    private long expected = -1;
    private long end;
    private int window = 1;

    /// <summary>Fills <paramref name="target"/> with a chunk. After a failure the same call tries anew.</summary>
    public async ValueTask ReadAsync(long chunk, Memory<byte> target, CancellationToken cancellation)
    {
        window = chunk == expected ? Math.Min(2 * window, most) : 1;
        if (ahead.Count == 0 || ahead.Peek().Chunk != chunk)
        {
            Drop();
            end = chunk;
        }
        while (ahead.Count < window && end <= last)
        {
            ahead.Enqueue(Begin(end++));
        }
        var first = ahead.Peek();
        try
        {
            await first.Done.WaitAsync(cancellation);
        }
        catch when (first.Done.IsCompleted)
        {
            Drop();
            throw;
        }
        ahead.Dequeue();
        expected = chunk + 1;
        first.Bytes.CopyTo(target);
        ArrayPool<byte>.Shared.Return(first.Buffer);
    }

    public void Dispose()
    {
        Drop();
        fetching.Dispose();
    }

    private Fetch Begin(long chunk)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(HashedContent.ChunkSize);
        var bytes = buffer.AsMemory(0, (int)Math.Min(HashedContent.ChunkSize, size - chunk * HashedContent.ChunkSize));
        return new Fetch(chunk, buffer, bytes, fetch(chunk, bytes, fetching.Token));
    }

    private void Drop()
    {
        if (ahead.Count == 0)
        {
            return;
        }
        fetching.Cancel();
        fetching.Dispose();
        fetching = new CancellationTokenSource();
        while (ahead.TryDequeue(out var unwanted))
        {
            _ = ReturnAsync(unwanted);
        }
    }

    /// <summary>A buffer may be lent again only when nothing writes into it any more.</summary>
    private static async Task ReturnAsync(Fetch unwanted)
    {
        await unwanted.Done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ArrayPool<byte>.Shared.Return(unwanted.Buffer);
    }

    private sealed record Fetch(long Chunk, byte[] Buffer, ReadOnlyMemory<byte> Bytes, Task Done);
}
