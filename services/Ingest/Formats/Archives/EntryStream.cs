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
/// <param name="jump">Gives so many bytes of the beginning and goes on at an offset. Only with an <paramref name="inner"/> that seeks, and without checksum.</param>
/// <param name="leaveOpen">Whether <paramref name="inner"/> is the archive's own stream.</param>
internal sealed class EntryStream(
    Stream inner, long? length, ExpansionBudget budget, string where, uint? crc = null, Func<long>? compressed = null, (long Head, long Offset)? jump = null, bool leaveOpen = true) : Stream
{
    private const int SkippedBytes = 64 * 1024;

    private readonly Crc32? _crc = crc is null ? null : new Crc32();
    private (long Head, long Offset)? _jump = jump;
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

        if (_jump is { } to && _position == to.Head)
        {
            inner.Position += to.Offset - to.Head;
            (_position, _jump) = (to.Offset, null);
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

    /// <summary>Passes over bytes, or those that are left: seeks where it can, which proves nothing of them.</summary>
    public async ValueTask SkipAsync(long count, CancellationToken cancel)
    {
        if (inner.CanSeek && _crc is null)
        {
            count = length is { } all ? Math.Min(count, all - _position) : count;
            inner.Position += count;
            _position += count;
            return;
        }

        var passed = new byte[(int)Math.Min(count, SkippedBytes)];
        for (var read = 1; count > 0 && read > 0; count -= read)
        {
            read = await ReadAsync(passed.AsMemory(0, (int)Math.Min(count, passed.Length)), cancel);
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

    private int Wanted(int room) => (_jump?.Head ?? length) is { } end ? (int)Math.Min(room, end - _position) : room;

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
        budget.Expand(read, where);
        if (compressed is not null)
        {
            budget.CheckRatio(_position, compressed(), where);
        }

        return read;
    }
}
