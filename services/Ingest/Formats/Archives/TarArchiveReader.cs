namespace Mesh.Ingest.Formats.Archives;

/// <summary>Entries of a tar or tar.gz as they come: ustar, pax and GNU long names. Holds one block and one entry.</summary>
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
    private long _size;
    private long _left;
    private bool _ended;

    private TarArchiveReader(SourceFile file, Stream stream, ExpansionBudget budget) => (_file, _stream, _budget) = (file, stream, budget);

    public static async Task<TarArchiveReader> OpenAsync(SourceFile file, bool gzipped, ExpansionBudget budget, CancellationToken cancel)
    {
        var stream = await file.OpenAsync(cancel);
        return new TarArchiveReader(file, gzipped ? new GzipReader(file, stream, budget.MaxRatio) : stream, budget);
    }

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        var described = new PaxRecords();
        while (!_ended)
        {
            await SkipAsync(_left, cancel);
            _left = 0;
            await ReadBlockAsync(cancel);
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
            _left -= read;
            _budget.Expand(read, _file.Path);
        }

        return null;
    }

    public override Stream OpenContent() => new EntryStream(_stream, _size, _budget, $"{_file.Path}:{Printable.Of(Name)}", taken: read => _left -= read);

    public override ValueTask DisposeAsync() => _stream.DisposeAsync();

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
        if (size > long.MaxValue - TarHeader.Bytes)
        {
            throw Truncated();
        }

        _size = size;
        _left = (size + TarHeader.Bytes - 1) / TarHeader.Bytes * TarHeader.Bytes;
    }

    private async ValueTask<byte[]> ReadMetadataAsync(long size, CancellationToken cancel)
    {
        if (size > MaxMetadataBytes)
        {
            throw new DatasetException("TAR_DAMAGED", $"{_file.Path} has a name or pax header of {size} bytes.");
        }

        Begin(size);
        var content = new byte[_left];
        if (await _stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancel) < content.Length)
        {
            throw Truncated();
        }

        _budget.Expand(_left, _file.Path);
        _left = 0;
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

    private async ValueTask SkipAsync(long count, CancellationToken cancel)
    {
        while (count > 0)
        {
            var read = await _stream.ReadAsync(_skipped.AsMemory(0, (int)Math.Min(count, _skipped.Length)), cancel);
            if (read == 0)
            {
                throw Truncated();
            }

            count -= read;
            _budget.Expand(read, _file.Path);
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
