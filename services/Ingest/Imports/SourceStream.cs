using Mesh.Ingest.Imports.Sources;

namespace Mesh.Ingest.Imports;

/// <summary>
/// The bytes of a source on their way into an upload: it may not fall silent, must not end before its size or go beyond it, and tells how
/// far it is.
/// </summary>
/// <param name="name">For messages.</param>
/// <param name="report">Is told the place in the file.</param>
internal sealed class SourceStream(SourceContent content, string name, TimeSpan stall, Action<long> report) : Stream
{
    private long _position = content.Start;
    private CancellationTokenSource? _silence;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var left = (content.Total ?? long.MaxValue) - _position;
        // At the end too: there a source that knows a checksum compares it.
        var read = await ReadInTimeAsync(buffer[..(int)Math.Clamp(left, 1, buffer.Length)], isEnd: left == 0, cancellationToken);
        if (left == 0)
        {
            return read == 0 ? 0 : throw new SourceBrokenException("It sent more than it has.") { IsCorrupt = true };
        }

        if (read == 0 && content.Total is not null)
        {
            throw new SourceBrokenException("It ended early.");
        }

        _position += read;
        if (_position > content.MaxBytes)
        {
            throw new ImportException("FILE_TOO_LARGE", $"{name} has more than the {content.MaxBytes} bytes that may be imported from there.");
        }

        report(_position);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _silence?.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, bool isEnd, CancellationToken cancel)
    {
        // One timer for many reads.
        if (_silence is null || !_silence.TryReset())
        {
            _silence?.Dispose();
            _silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        }

        _silence.CancelAfter(stall);
        try
        {
            return await content.Bytes.ReadAsync(buffer, _silence.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new SourceBrokenException($"It sent nothing for {stall.TotalSeconds:0} s.", e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new SourceBrokenException(isEnd ? "What it sent does not have its checksum." : "The connection broke.", e) { IsCorrupt = isEnd };
        }
    }
}
