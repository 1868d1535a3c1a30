namespace Mesh.Ingest.Formats.Archives;

/// <summary>A file that is no archive, gzipped or not, as the only entry of one.</summary>
internal sealed class PlainFileReader : ArchiveReader
{
    private readonly SourceFile _file;
    private readonly Stream _stream;
    private readonly bool _gzipped;
    private readonly ExpansionBudget _budget;
    private bool _given;

    private PlainFileReader(SourceFile file, Stream stream, bool gzipped, ExpansionBudget budget) => (_file, _stream, _gzipped, _budget) = (file, stream, gzipped, budget);

    public override long Count => 1;

    public override long? Entry => 0;

    public override bool Seeks => !_gzipped;

    public static async Task<PlainFileReader> OpenAsync(SourceFile file, bool gzipped, ExpansionBudget budget, CancellationToken cancel)
    {
        var stream = await file.OpenAsync(cancel);
        return new PlainFileReader(file, gzipped ? new GzipReader(file, stream, budget.MaxRatio) : stream, gzipped, budget)
        {
            Name = gzipped && file.Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file.Path[..^3] : file.Path,
        };
    }

    public override void StartAt(long entry)
    {
        // There is one.
    }

    public override ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        var first = !_given;
        _given = true;
        return ValueTask.FromResult(first);
    }

    public override async ValueTask<string?> ReadAsync(ContentBuffer content, CancellationToken cancel)
    {
        int read;
        while (!content.Overflown && (read = await _stream.ReadAsync(content.Room(), cancel)) > 0)
        {
            content.Advance(read);
            _budget.Expand(read, _file.Path);
        }

        return null;
    }

    // Seeks when the file is not gzipped; the reader keeps the stream.
    public override EntryStream OpenContent() => new EntryStream(_stream, length: null, _budget, _file.Path);

    public override EntryStream OpenContent(long head, long offset) => new EntryStream(_stream, length: null, _budget, _file.Path, jump: (head, offset));

    public override async Task<LocalFile?> OpenLocalAsync(CancellationToken cancel) => _gzipped ? null : await _file.OpenLocalAsync(cancel);

    public override ValueTask DisposeAsync() => _stream.DisposeAsync();
}
