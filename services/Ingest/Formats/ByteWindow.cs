namespace Mesh.Ingest.Formats;

/// <summary>A stream as a window of bytes that moves over it, and grows only while a record is longer than it is. Owns the stream.</summary>
internal sealed class ByteWindow(Stream stream) : IAsyncDisposable
{
    private const int FirstBytes = 64 * 1024;

    private byte[] _bytes = new byte[FirstBytes];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    /// <summary>Bytes that were left behind: where the window begins in the stream.</summary>
    public long Position { get; private set; }

    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>Stays where it is until <see cref="FillAsync"/>.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, Length);

    /// <summary>Leaves bytes behind.</summary>
    public void Advance(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Takes in more bytes; false at the end of the stream.</summary>
    /// <param name="wanted">How many are needed in all, when that is known: a full window grows to no more than that.</param>
    public async ValueTask<bool> FillAsync(CancellationToken cancel, int wanted = int.MaxValue)
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_bytes, _start, _bytes, 0, Length);
            (_start, _end) = (0, Length);
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Clamp(wanted, _bytes.Length + 1L, 2L * _bytes.Length));
        }

        var read = await stream.ReadAsync(_bytes.AsMemory(_end), cancel);
        _end += read;
        return read > 0;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
