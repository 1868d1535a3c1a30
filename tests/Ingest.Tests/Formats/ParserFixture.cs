using Mesh.Blobs;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Idx;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>The parser over a real blob store, without the service around it.</summary>
internal sealed class ParserFixture : IDisposable
{
    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder _folder = new();
    private readonly FileBlobStore _blobs;
    private readonly RecordFormats _formats;
    private readonly VersionParser _parser;

    public ParserFixture(Action<IngestOptions>? configure = null)
    {
        var options = new IngestOptions();
        configure?.Invoke(options);
        var settings = Microsoft.Extensions.Options.Options.Create(options);
        _blobs = new FileBlobStore(_folder.Path);
        _formats = new RecordFormats([new IdxFormat(settings), new ImageFolderFormat(settings)]);
        _parser = new VersionParser(_formats, settings);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<ParsedVersion> ParseAsync(
        IEnumerable<(string Name, byte[] Bytes)> files, DataFormat format = DataFormat.Unspecified, params string[] labels) =>
        await _parser.ParseAsync(new DatasetVersion { Format = format, LabelNames = { labels } }, await StoreAsync(files), new CommitProgress(), Cancel);

    /// <summary>What the version's error would be.</summary>
    public async Task<(string Reason, string Message)> FailsAsync(IEnumerable<(string Name, byte[] Bytes)> files, DataFormat format = DataFormat.Unspecified)
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => ParseAsync(files, format));
        return (error.Reason, error.Message);
    }

    /// <summary>Every candidate in order: its split, label, source and what it is rejected for.</summary>
    public async Task<List<(string Split, string? Label, string Source, string? Problem, byte[] Data)>> WalkAsync(IEnumerable<(string Name, byte[] Bytes)> files, string? split = null)
    {
        var stored = await StoreAsync(files);
        var format = await _formats.FindAsync(stored, DataFormat.Unspecified, Cancel);
        await using var cursor = format.Open(stored, LabelNames.None, split);
        var all = new List<(string, string?, string, string?, byte[])>();
        while (await cursor.MoveNextAsync(Cancel))
        {
            var problem = await cursor.ReadAsync(Cancel);
            all.Add((cursor.Split, cursor.Label, cursor.Source, problem, problem is null ? cursor.ToImage().Data.ToByteArray() : []));
        }

        return all;
    }

    public void Dispose() => _folder.Dispose();

    private async Task<IReadOnlyList<SourceFile>> StoreAsync(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var stored = new List<SourceFile>();
        foreach (var (name, bytes) in files)
        {
            var blob = await _blobs.WriteAsync(Scope, new MemoryStream(bytes), null, Cancel);
            stored.Add(new SourceFile(_blobs, Scope, name, blob.Digest, blob.Size));
        }

        return stored;
    }
}
