namespace Mesh.Gateway.Serving;

/// <summary>A request body of which the beginning was read already: that, then the rest.</summary>
internal sealed class ResumedBody(ReadOnlyMemory<byte> beginning, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> _beginning = beginning;

    /// <summary>Whether any of the rest was asked for.</summary>
    public bool IsPastBeginning { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
    {
        if (_beginning.IsEmpty)
        {
            IsPastBeginning = true;
            return rest.ReadAsync(buffer, cancel);
        }

        var count = Math.Min(buffer.Length, _beginning.Length);
        _beginning[..count].CopyTo(buffer);
        _beginning = _beginning[count..];
        return ValueTask.FromResult(count);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
