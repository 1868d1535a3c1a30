using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Mesh.Uploads.Http;

/// <summary>The bytes of a body in pieces: two buffers, however large it is. Disposed when nobody uses a piece any more.</summary>
internal sealed class BodyChunks(Stream body) : IDisposable
{
    /// <summary>Large enough that a write to the disk costs little, and small beside what a connection keeps in its windows.</summary>
    private const int Size = 256 * 1024;

    private readonly byte[][] _buffers = [ArrayPool<byte>.Shared.Rent(Size), ArrayPool<byte>.Shared.Rent(Size)];

    /// <summary>A piece is good until the next but one is asked for. What came before the body broke off is a piece too.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        for (var turn = 0; ; turn ^= 1)
        {
            var (filled, broken) = await FillAsync(_buffers[turn].AsMemory(0, Size), cancel);
            if (filled > 0)
            {
                yield return _buffers[turn].AsMemory(0, filled);
            }

            broken?.Throw();
            if (filled < Size)
            {
                yield break;
            }
        }
    }

    public void Dispose() => Array.ForEach(_buffers, buffer => ArrayPool<byte>.Shared.Return(buffer));

    private async Task<(int Filled, ExceptionDispatchInfo? Broken)> FillAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        var filled = 0;
        try
        {
            int read;
            while (filled < buffer.Length && (read = await body.ReadAsync(buffer[filled..], cancel)) > 0)
            {
                filled += read;
            }

            return (filled, null);
        }
        catch (Exception e)
        {
            return (filled, ExceptionDispatchInfo.Capture(e));
        }
    }
}
