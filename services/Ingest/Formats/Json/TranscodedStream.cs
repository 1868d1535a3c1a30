using System.Text;

namespace Mesh.Ingest.Formats.Json;

/// <summary>A text in another encoding as UTF-8. Bytes that are no text in it fail as a <see cref="DatasetException"/> that names the file.</summary>
internal sealed class TranscodedStream(Stream inner, string encoding, string source) : Stream
{
    private readonly Stream _utf8 = Encoding.CreateTranscodingStream(
        inner, Encoding.GetEncoding(encoding, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

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
        try
        {
            return await _utf8.ReadAsync(buffer, cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            throw new DatasetException("ENCODING_DAMAGED", $"{source} holds bytes that are not text in {encoding}.");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override ValueTask DisposeAsync() => _utf8.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _utf8.Dispose();
        }

        base.Dispose(disposing);
    }
}
