using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Mesh.Ingest.Formats;

/// <summary>
/// Expands one gzip file and proves at its end that it is whole: GZipStream alone takes a cut-off file and bytes after the
/// end for the end. Fails as a <see cref="DatasetException"/> that names the file.
/// </summary>
/// <param name="maxRatio">Expanded to compressed bytes above which it is a bomb; 0 for no limit.</param>
internal sealed class GzipReader(SourceFile file, Stream compressed, long maxRatio) : Stream
{
    /// <summary>Little content may expand a lot without harm.</summary>
    private const long RatioFloor = 1024 * 1024;

    private const int TrailerBytes = 8;

    private readonly GZipStream _gzip = new(compressed, CompressionMode.Decompress);
    private readonly Crc32 _crc = new();
    private long _expanded;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _expanded;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ended || buffer.IsEmpty)
        {
            return 0;
        }

        int read;
        try
        {
            read = await _gzip.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw Damaged("cannot be expanded");
        }

        if (read == 0)
        {
            await CheckTrailerAsync(cancellationToken);
            _ended = true;
            return 0;
        }

        _crc.Append(buffer.Span[..read]);
        _expanded += read;
        if (maxRatio > 0 && _expanded > RatioFloor && _expanded / Math.Max(compressed.Position, 1) > maxRatio)
        {
            throw new DatasetException("COMPRESSION_BOMB", $"{file.Path} expands to more than {maxRatio} times its size.");
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
            compressed.Dispose();
        }

        base.Dispose(disposing);
    }

    // RFC 1952: a member ends with the CRC-32 and the size modulo 2^32 of its content.
    private async Task CheckTrailerAsync(CancellationToken cancel)
    {
        if (file.Size < TrailerBytes)
        {
            throw Damaged("is cut off");
        }

        compressed.Position = file.Size - TrailerBytes;
        var trailer = new byte[TrailerBytes];
        await compressed.ReadExactlyAsync(trailer, cancel);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _crc.GetCurrentHashAsUInt32()
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4)) != (uint)_expanded)
        {
            throw Damaged("is cut off, has several members, or has bytes after its end");
        }
    }

    private DatasetException Damaged(string problem) => new("GZIP_DAMAGED", $"{file.Path} is a gzip file that {problem}.");
}
