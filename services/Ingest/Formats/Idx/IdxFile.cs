using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Idx;

/// <summary>One IDX file being read front to back, a chunk of whole records at a time.</summary>
internal sealed class IdxFile : IAsyncDisposable
{
    private readonly IdxEntry _entry;
    private readonly EntryWalk _walk;
    private readonly EntryStream _stream;
    private long _next;

    private IdxFile(IdxEntry entry, EntryWalk walk, EntryStream stream, IdxHeader header) => (_entry, _walk, _stream, Header) = (entry, walk, stream, header);

    public IdxHeader Header { get; }

    public static async Task<IdxFile> OpenAsync(IReadOnlyList<SourceFile> files, IdxEntry entry, bool images, IngestOptions options, CancellationToken cancel)
    {
        // The header says how much there is, so that no expansion is a surprise.
        var walk = new EntryWalk([files[entry.Upload]], new ExpansionBudget(options, anyRatio: true));
        try
        {
            do
            {
                if (!await walk.MoveNextAsync(cancel))
                {
                    throw new DatasetException("IDX_TRUNCATED", $"{entry.Source} is not there any more.");
                }
            }
            while (walk.Kind != EntryKind.File || walk.Name != entry.Name);

            var stream = walk.OpenContent();
            return new IdxFile(entry, walk, stream, await IdxHeader.ReadAsync(entry.Source, stream, images, options, cancel));
        }
        catch
        {
            await walk.DisposeAsync();
            throw;
        }
    }

    /// <param name="firstRecord">Not before the end of the last chunk; those between are passed over.</param>
    /// <exception cref="DatasetException">IDX_TRUNCATED</exception>
    public async ValueTask FillAsync(Memory<byte> chunk, long firstRecord, CancellationToken cancel)
    {
        await GoToAsync(firstRecord, cancel);
        _next += chunk.Length / Header.RecordBytes;
        var read = await _stream.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancel);
        if (read < chunk.Length)
        {
            var whole = firstRecord + (read / Header.RecordBytes);
            throw new DatasetException("IDX_TRUNCATED", $"{_entry.Source} says it has {Header.Count} records and ends after {whole}.");
        }
    }

    /// <summary>Proves that nothing follows the last record.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        await GoToAsync(Header.Count, cancel);
        if (await _stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancel) > 0)
        {
            throw new DatasetException("IDX_TRAILING_DATA", $"{_entry.Source} says it has {Header.Count} records and goes on after them.");
        }
    }

    private async ValueTask GoToAsync(long record, CancellationToken cancel)
    {
        if (record > _next)
        {
            await _stream.SkipAsync((record - _next) * Header.RecordBytes, cancel);
            _next = record;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _walk.DisposeAsync();
    }
}
