namespace Mesh.Ingest.Formats.Idx;

/// <summary>One IDX file being read front to back, a chunk of whole records at a time.</summary>
internal sealed class IdxFile : IAsyncDisposable
{
    private readonly SourceFile _file;
    private readonly Stream _stream;

    private IdxFile(SourceFile file, Stream stream, IdxHeader header) => (_file, _stream, Header) = (file, stream, header);

    public IdxHeader Header { get; }

    public static async Task<IdxFile> OpenAsync(SourceFile file, bool images, IngestOptions options, CancellationToken cancel)
    {
        var stream = await file.OpenAsync(cancel);
        try
        {
            var magic = new byte[2];
            var gzipped = await stream.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancel) == 2 && magic is [0x1f, 0x8b];
            stream.Position = 0;
            // The header says how much there is, so that no expansion is a surprise.
            stream = gzipped ? new GzipReader(file, stream, maxRatio: 0) : stream;
            return new IdxFile(file, stream, await IdxHeader.ReadAsync(file, stream, images, options, cancel));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="DatasetException">IDX_TRUNCATED</exception>
    public async ValueTask FillAsync(Memory<byte> chunk, long firstRecord, CancellationToken cancel)
    {
        var read = await _stream.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancel);
        if (read < chunk.Length)
        {
            var whole = firstRecord + (read / Header.RecordBytes);
            throw new DatasetException("IDX_TRUNCATED", $"{_file.Path} says it has {Header.Count} records and ends after {whole}.");
        }
    }

    /// <summary>Proves that nothing follows the last record.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        if (await _stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancel) > 0)
        {
            throw new DatasetException("IDX_TRAILING_DATA", $"{_file.Path} says it has {Header.Count} records and goes on after them.");
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
