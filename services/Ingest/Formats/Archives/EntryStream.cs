using System.IO.Hashing;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>
/// The content of an entry, read front to back: counted against the budget and, at its end, proven by length and checksum
/// when the archive has them. Fails as a <see cref="DatasetException"/> that names the
/// entry.
/// </summary>
/// <param name="length">What the entry says it has; null when it ends where <paramref name="inner"/> ends.</param>
/// <param name="where">File, or file and entry, for messages.</param>
/// <param name="crc">CRC-32 of the content.</param>
/// <param name="compressed">How much of the archive has been read for it, for the ratio.</param>
/// <param name="taken">Told how many bytes were read.</param>
/// <param name="leaveOpen">Whether <paramref name="inner"/> is the archive's own stream.</param>
internal sealed class EntryStream(
    Stream inner, long? length, ExpansionBudget budget, string where, uint? crc = null, Func<long>? compressed = null, Action<int>? taken = null, bool leaveOpen = true) : Stream
{
    private readonly Crc32? _crc = crc is null ? null : new Crc32();
    private long _position;
    private bool _ended;

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
        if (_ended || buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            return Count(buffer, await inner.ReadAsync(buffer[..Wanted(buffer.Length)], cancellationToken));
        }
        catch (InvalidDataException)
        {
            throw new DatasetException("ENTRY_DAMAGED", $"{where} cannot be expanded.");
        }
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

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Wanted(int room) => length is { } all ? (int)Math.Min(room, all - _position) : room;

    private int Count(ReadOnlyMemory<byte> buffer, int read)
    {
        if (read == 0)
        {
            _ended = true;
            return length is { } all && _position < all ? throw new DatasetException("ENTRY_TRUNCATED", $"{where} is cut off.")
                : _crc is not null && _crc.GetCurrentHashAsUInt32() != crc ? throw new DatasetException("ENTRY_DAMAGED", $"{where} has a wrong checksum.")
                : 0;
        }

        _crc?.Append(buffer.Span[..read]);
        _position += read;
        taken?.Invoke(read);
        budget.Expand(read, where);
        if (compressed is not null)
        {
            budget.CheckRatio(_position, compressed(), where);
        }

        return read;
    }
}
