namespace Mesh.Blobs.Tiers;

/// <summary>
/// A range of a blob that may move to the other store while it is read: when it is gone, it is opened once more, wherever it
/// is then, and reading goes on at the same byte.
/// </summary>
/// <param name="first">As it was opened at first; it is owned.</param>
/// <param name="reopen">The same range from its beginning.</param>
internal sealed class TieredReadStream(Stream first, Func<CancellationToken, Task<Stream>> reopen) : Stream
{
    private Stream current = first;
    private bool reopened;

    public override bool CanRead => current.CanRead;

    public override bool CanSeek => current.CanSeek;

    public override bool CanWrite => false;

    public override long Length => current.Length;

    public override long Position
    {
        get => current.Position;
        set => current.Position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        try
        {
            return await current.ReadAsync(destination, cancellationToken);
        }
        catch (BlobNotFoundException) when (!reopened)
        {
            await ReopenAsync(cancellationToken);
            return await current.ReadAsync(destination, cancellationToken);
        }
    }

    public override int Read(Span<byte> destination)
    {
        try
        {
            return current.Read(destination);
        }
        catch (BlobNotFoundException) when (!reopened)
        {
            ReopenAsync(CancellationToken.None).GetAwaiter().GetResult();
            return current.Read(destination);
        }
    }

    // Without the second buffer of the base class. The position tells how much the destination has, also after a break.
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        try
        {
            await current.CopyToAsync(destination, bufferSize, cancellationToken);
        }
        catch (BlobNotFoundException) when (!reopened)
        {
            await ReopenAsync(cancellationToken);
            await current.CopyToAsync(destination, bufferSize, cancellationToken);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => current.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            current.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task ReopenAsync(CancellationToken cancellation)
    {
        reopened = true;
        var (position, gone) = (current.Position, current);
        current = await reopen(cancellation);
        current.Position = position;
        await gone.DisposeAsync();
    }
}
