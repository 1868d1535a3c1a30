namespace Mesh.Ingest.Formats.Archives;

/// <summary>
/// Every file that a version holds, in a stable order, whether it lies bare, gzipped, in a zip or in a tar: uploads in the
/// order of their paths, a zip's entries in the order of their names (byte by byte in UTF-8), a tar's as they are stored,
/// because it has no directory to sort. Folders, and what operating systems leave behind, are passed over.
/// </summary>
internal sealed class EntryWalk(IReadOnlyList<SourceFile> files, ExpansionBudget budget) : IAsyncDisposable
{
    private ArchiveReader? _archive;
    private int _next;
    private long? _start;

    /// <summary>Index of the upload in the list.</summary>
    public int File => _next - 1;

    /// <summary>Whether the entry lies in a zip or tar.</summary>
    public bool InArchive => _archive is not PlainFileReader;

    /// <summary>Within the archive; of a bare file its path, without ".gz" when it is gzipped.</summary>
    public string Name { get; private set; } = "";

    public EntryKind Kind => _archive!.Kind;

    /// <summary>Whether an entry of a format of many records holds some: remarks beside them, and what is no file, do not.</summary>
    public bool HoldsRecords => Kind == EntryKind.File && !(InArchive && EntryPlace.IsRemark(Name));

    /// <summary>"train.zip:cats/7.png", "people.csv".</summary>
    public string Source => InArchive ? $"{files[File].Path}:{Name}" : files[File].Path;

    /// <summary>Entries of the archives opened so far, as far as they say it.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the entry's content can be entered in its middle: it is not compressed.</summary>
    public bool Seeks => _archive!.Seeks;

    /// <summary>The place of a candidate in the entry; null when only reading leads to the entry. See <see cref="CursorPlace"/>.</summary>
    public CursorPlace? PlaceOf(long head = 0, long offset = 0, long before = 0) =>
        _archive!.Entry is { } entry ? new CursorPlace(entry, head, offset, before, _archive.Position + offset) : null;

    /// <summary>Begins at an entry of the first file. Only before the first move.</summary>
    public void StartAt(long entry) => _start = entry;

    public async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (_archive is null && !await OpenNextAsync(cancel))
            {
                return false;
            }

            if (!await _archive!.MoveNextAsync(cancel))
            {
                await CloseAsync();
                continue;
            }

            Name = InArchive ? EntryPlace.SafeName(files[File].Path, _archive.Name) : _archive.Name;
            if (_archive.Kind != EntryKind.Folder && Name.Length > 0 && !EntryPlace.IsLitter(Name))
            {
                return true;
            }
        }
    }

    /// <summary>Expands the entry, a small one: an image, a head.</summary>
    /// <returns>Why it cannot be a record; null when all of it is there, or as much as the buffer takes.</returns>
    public ValueTask<string?> ReadAsync(ContentBuffer content, CancellationToken cancel) => _archive!.ReadAsync(content, cancel);

    /// <summary>The entry's content, front to back. Dispose it before moving on. Damage throws <see cref="DatasetException"/> from a read.</summary>
    public EntryStream OpenContent() => _archive!.OpenContent();

    /// <summary>The first bytes of the entry's content, and those from an offset on. Only when it <see cref="Seeks"/>.</summary>
    public EntryStream OpenContent(long head, long offset) => _archive!.OpenContent(head, offset);

    /// <summary>The entry's content, to be read in any order. Lies in the store, or on the local disk while it is open.</summary>
    public async Task<Stream> OpenSeekableAsync(Spool spool, CancellationToken cancel)
    {
        if (await _archive!.OpenLocalAsync(cancel) is { } local)
        {
            return new FileSlice(local.Handle, 0, RandomAccess.GetLength(local.Handle), owned: local);
        }

        await using var content = OpenContent();
        return await spool.CopyAsync(content, Source, cancel);
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        if (_next == files.Count)
        {
            return false;
        }

        var file = files[_next++];
        var head = await FileHead.ReadAsync(file, cancel);
        _archive = !head.Gzipped && ZipDirectory.IsZip(head.Bytes) ? await ZipArchiveReader.OpenAsync(file, budget, cancel)
            : TarHeader.IsTar(head.Bytes) ? await TarArchiveReader.OpenAsync(file, head.Gzipped, budget, cancel)
            : await PlainFileReader.OpenAsync(file, head.Gzipped, budget, cancel);
        Count += _archive.Count;
        if (_start is { } start)
        {
            _archive.StartAt(start);
            _start = null;
        }

        return true;
    }

    private async ValueTask CloseAsync()
    {
        var archive = _archive;
        _archive = null;
        if (archive is not null)
        {
            await archive.DisposeAsync();
        }
    }
}
