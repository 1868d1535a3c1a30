namespace Mesh.Ingest.Formats.Archives;

/// <summary>Entries of a tar or tar.gz as they come: ustar, pax and GNU long names. Seeks over what is not read, unless it is gzipped. Holds one block.</summary>
internal sealed class TarArchiveReader : ArchiveReader
{
    /// <summary>For the headers that describe a header; real ones are shorter than a path.</summary>
    private const int MaxMetadataBytes = 64 * 1024;

    private readonly SourceFile _file;
    private readonly Stream _stream;
    private readonly ExpansionBudget _budget;
    private readonly byte[] _block = new byte[TarHeader.Bytes];
    private readonly byte[] _skipped = new byte[64 * 1024];
    private long _entries;
    private long _entry;
    private long _next;
    private long _size;
    private bool _ended;

    private TarArchiveReader(SourceFile file, Stream stream, ExpansionBudget budget) => (_file, _stream, _budget) = (file, stream, budget);

    public static async Task<TarArchiveReader> OpenAsync(SourceFile file, bool gzipped, ExpansionBudget budget, CancellationToken cancel)
    {
        var stream = await file.OpenAsync(cancel);
        return new TarArchiveReader(file, gzipped ? new GzipReader(file, stream, budget.MaxRatio) : stream, budget);
    }

    // Of the first header that describes it.
    public override long? Entry => Seeks ? _entry : null;

    public override long Position => _entry;

    public override bool Seeks => _stream.CanSeek;

    public override void StartAt(long entry) => _next = entry;

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        var described = new PaxRecords();
        _entry = _next;
        while (!_ended)
        {
            await SkipAsync(cancel);
            await ReadBlockAsync(cancel);
            _next = _stream.Position;
            if (TarHeader.IsEnd(_block))
            {
                await EndAsync(cancel);
                return false;
            }

            if (!TarHeader.TryParse(_block, out var header))
            {
                throw new DatasetException("TAR_DAMAGED", $"{_file.Path}: what follows \"{Printable.Of(Name)}\" is no entry.");
            }

            _budget.CheckEntries(++_entries, _file.Path);
            switch (header.Type)
            {
                case 'L':
                    described = described with { Path = TarHeader.Text(await ReadMetadataAsync(header.Size, cancel)) };
                    break;
                case 'x':
                    described = PaxRecords.TryParse(await ReadMetadataAsync(header.Size, cancel), out var records)
                        ? records with { Path = records.Path ?? described.Path }
                        : throw new DatasetException("TAR_DAMAGED", $"{_file.Path} has a malformed pax header.");
                    break;
                case 'K' or 'g' or 'V':
                    Begin(header.Size);
                    break;
                default:
                    Enter(header, described);
                    return true;
            }
        }

        return false;
    }

    public override async ValueTask<string?> ReadAsync(ContentBuffer content, CancellationToken cancel)
    {
        while (!content.Overflown && content.Length < _size)
        {
            var room = content.Room();
            var read = await _stream.ReadAsync(room[..(int)Math.Min(room.Length, _size - content.Length)], cancel);
            if (read == 0)
            {
                throw Truncated();
            }

            content.Advance(read);
            _budget.Expand(read, _file.Path);
        }

        return null;
    }

    public override EntryStream OpenContent() => new EntryStream(_stream, _size, _budget, Where);

    public override EntryStream OpenContent(long head, long offset) => new EntryStream(_stream, _size, _budget, Where, jump: (head, offset));

    public override ValueTask DisposeAsync() => _stream.DisposeAsync();

    private string Where => $"{_file.Path}:{Printable.Of(Name)}";

    private void Enter(in TarHeader header, in PaxRecords described)
    {
        Name = described.Path ?? header.Name;
        Kind = header.Type switch
        {
            _ when described.Sparse => EntryKind.Other,
            '0' or '7' when Name.EndsWith('/') => EntryKind.Folder,
            '0' or '7' => EntryKind.File,
            '5' => EntryKind.Folder,
            '1' or '2' => EntryKind.Link,
            _ => EntryKind.Other,
        };
        // A link's size is that of its target, and no data follows.
        Begin(Kind == EntryKind.Link ? 0 : described.Size ?? header.Size);
    }

    private void Begin(long size)
    {
        if (size > long.MaxValue - TarHeader.Bytes - _next)
        {
            throw Truncated();
        }

        _size = size;
        _next += (size + TarHeader.Bytes - 1) / TarHeader.Bytes * TarHeader.Bytes;
    }

    private async ValueTask<byte[]> ReadMetadataAsync(long size, CancellationToken cancel)
    {
        if (size > MaxMetadataBytes)
        {
            throw new DatasetException("TAR_DAMAGED", $"{_file.Path} has a name or pax header of {size} bytes.");
        }

        Begin(size);
        var content = new byte[_next - _stream.Position];
        if (await _stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancel) < content.Length)
        {
            throw Truncated();
        }

        _budget.Expand(content.Length, _file.Path);
        return content[..(int)size];
    }

    private async ValueTask ReadBlockAsync(CancellationToken cancel)
    {
        if (await _stream.ReadAtLeastAsync(_block, _block.Length, throwOnEndOfStream: false, cancel) < _block.Length)
        {
            throw Truncated();
        }

        _budget.Expand(_block.Length, _file.Path);
    }

    /// <summary>Goes to the next header.</summary>
    private async ValueTask SkipAsync(CancellationToken cancel)
    {
        if (Seeks)
        {
            _stream.Position = _next <= _file.Size ? _next : throw Truncated();
            return;
        }

        while (_stream.Position < _next)
        {
            var read = await _stream.ReadAsync(_skipped.AsMemory(0, (int)Math.Min(_next - _stream.Position, _skipped.Length)), cancel);
            _budget.Expand(read, _file.Path);
            if (read == 0)
            {
                throw Truncated();
            }
        }
    }

    // Reading to the real end proves a gzip whole, and shows a second archive behind the first.
    private async ValueTask EndAsync(CancellationToken cancel)
    {
        _ended = true;
        int read;
        while ((read = await _stream.ReadAsync(_skipped, cancel)) > 0)
        {
            _budget.Expand(read, _file.Path);
            if (_skipped.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                throw new DatasetException("TAR_TRAILING_DATA", $"{_file.Path} goes on after the end of its archive.");
            }
        }
    }

    private DatasetException Truncated() => new("TAR_TRUNCATED", $"{_file.Path} is cut off after \"{Printable.Of(Name)}\".");
}
