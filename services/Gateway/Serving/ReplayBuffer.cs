using System.Buffers;
using System.IO.Pipelines;

namespace Mesh.Gateway.Serving;

/// <summary>
/// The body of a request or of an answer in pooled memory, copied once. Bodies up to 16 KiB are always kept; larger ones
/// up to the limit and while there is <see cref="ReplayMemory"/>. Dispose returns the memory.
/// </summary>
internal sealed class ReplayBuffer(ReplayMemory memory, int limit) : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _taken;

    public int Length { get; private set; }

    /// <summary>False when the body went on past what could be kept: then <see cref="Body"/> is its beginning.</summary>
    public bool IsWhole { get; private set; }

    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(0, Length);

    /// <summary>Reads to the end or as far as can be kept; leaves the rest unread for whoever streams it on.</summary>
    public async Task FillAsync(PipeReader body, CancellationToken cancel)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancel);
            var more = read.Buffer;
            if (more.Length > limit - Length || !TryMakeRoom(Length + (int)more.Length))
            {
                var fits = more.Slice(0, Math.Min(more.Length, Math.Min(limit, _bytes.Length) - Length));
                Append(fits);
                body.AdvanceTo(fits.End);
                return;
            }

            Append(more);
            body.AdvanceTo(more.End);
            if (read.IsCompleted)
            {
                IsWhole = true;
                return;
            }
        }
    }

    /// <inheritdoc cref="FillAsync(PipeReader, CancellationToken)"/>
    public async Task FillAsync(Stream body, Silence silence)
    {
        while (Length < limit && TryMakeRoom(Length + 1))
        {
            var read = await body.ReadAsync(_bytes.AsMemory(Length, Math.Min(limit, _bytes.Length) - Length), silence.Token);
            silence.Restart();
            if (read == 0)
            {
                IsWhole = true;
                return;
            }

            Length += read;
        }
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            memory.Return(_taken);
            (_bytes, _taken) = ([], 0);
        }
    }

    private bool TryMakeRoom(int needed)
    {
        if (needed <= _bytes.Length)
        {
            return true;
        }

        var size = (int)Math.Min(Math.Max((long)needed, _bytes.Length * 2L), Math.Max(limit, needed));
        if (!memory.TryTake(size - _taken))
        {
            return false;
        }

        _taken = size;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
        return true;
    }

    private void Append(ReadOnlySequence<byte> more)
    {
        more.CopyTo(_bytes.AsSpan(Length));
        Length += (int)more.Length;
    }
}
