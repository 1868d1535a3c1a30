using System.Threading.Channels;
using Mesh.Ingest.Formats.Texts;

namespace Mesh.Ingest.Formats;

/// <summary>
/// Reads another stream ahead on the thread pool, so that verifying and expanding the next bytes overlaps with parsing these.
/// Holds three buffers of 256 KiB. Owns the other stream.
/// </summary>
internal sealed class ReadAheadStream : Stream
{
    private const int BufferBytes = 256 * 1024;
    private const int Buffers = 3;

    private readonly Stream _inner;
    private readonly LineMarks? _marks;
    private readonly Channel<(byte[] Bytes, int Length)> _full = Channel.CreateUnbounded<(byte[], int)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Channel<byte[]> _empty = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _reading;
    private (byte[] Bytes, int Length) _current = ([], 0);
    private int _taken;

    /// <param name="marks">Told all bytes, before they are handed out.</param>
    public ReadAheadStream(Stream inner, LineMarks? marks = null)
    {
        (_inner, _marks) = (inner, marks);
        for (var i = 0; i < Buffers; i++)
        {
            _empty.Writer.TryWrite(new byte[BufferBytes]);
        }

        _reading = Task.Run(ReadAllAsync);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_taken == _current.Length)
        {
            if (_current.Bytes.Length > 0)
            {
                _empty.Writer.TryWrite(_current.Bytes);
            }

            (_current, _taken) = (([], 0), 0);
            // What went wrong while reading is thrown here.
            if (!await _full.Reader.WaitToReadAsync(cancellationToken) || !_full.Reader.TryRead(out _current))
            {
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _current.Length - _taken);
        _current.Bytes.AsMemory(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        await _inner.DisposeAsync();
        _closing.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // As text readers do. Nothing is awaited here: a continuation might want the very thread that waits.
            _closing.Cancel();
            _reading.GetAwaiter().GetResult();
            _inner.Dispose();
            _closing.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task ReadAllAsync()
    {
        try
        {
            while (true)
            {
                var buffer = await _empty.Reader.ReadAsync(_closing.Token);
                var length = await _inner.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, _closing.Token);
                if (length > 0)
                {
                    _marks?.Add(buffer.AsSpan(0, length));
                    _full.Writer.TryWrite((buffer, length));
                }

                if (length < buffer.Length)
                {
                    _full.Writer.TryComplete();
                    return;
                }
            }
        }
        catch (Exception e)
        {
            _full.Writer.TryComplete(e is OperationCanceledException ? null : e);
        }
    }
}
