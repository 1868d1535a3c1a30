namespace Mesh.Blobs.Tests.Servers;

/// <summary>Passes a body on, but breaks off after some bytes, or changes its first one.</summary>
internal sealed class SpoiltStream(Stream body, long cutAfter = long.MaxValue, bool flip = false) : Stream
{
    private long passed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => passed;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (passed >= cutAfter)
        {
            throw new IOException("The connection was cut.");
        }
        var read = await body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, cutAfter - passed)], cancellationToken);
        if (flip && passed == 0 && read > 0)
        {
            buffer.Span[0] ^= 1;
        }
        passed += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
