namespace Mesh.Ingest.Formats;

/// <summary>A stream whose first bytes can be looked at before it is read. Owns the other stream.</summary>
internal sealed class HeadStream(Stream inner, int headBytes) : Stream
{
    private byte[] _head = [];
    private int _length = -1;
    private int _taken;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first bytes, without taking them, and whether they are all.</summary>
    public async ValueTask<(ReadOnlyMemory<byte> Head, bool Whole)> PeekAsync(CancellationToken cancel)
    {
        if (_length < 0)
        {
            _head = new byte[headBytes];
            _length = await inner.ReadAtLeastAsync(_head, headBytes, throwOnEndOfStream: false, cancel);
        }

        return (_head.AsMemory(0, _length), _length < headBytes);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_taken >= _length)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _length - _taken);
        _head.AsMemory(_taken, count).CopyTo(buffer);
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

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
