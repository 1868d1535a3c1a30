using Mesh.Blobs;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Quarantine;
using Mesh.Ingest.Records;
using Mesh.Ingest.Records.Restarts;
using Mesh.Ingest.Statistics;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>The parser over a real blob store, without the service around it.</summary>
internal sealed class ParserFixture : IDisposable
{
    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder _folder = new();
    private readonly FileBlobStore _blobs;
    private readonly bool _inMemory;
    private readonly int _piece;
    private readonly ServiceProvider _services;
    private readonly RecordFormats _formats;
    private readonly VersionParser _parser;

    /// <param name="inMemory">For tests of thousands of inputs: files are not stored, and so neither written nor verified.</param>
    /// <param name="piece">Bytes that one read of a file in memory gives at most.</param>
    public ParserFixture(Action<IngestOptions>? configure = null, bool inMemory = false, int piece = int.MaxValue)
    {
        (_inMemory, _piece) = (inMemory, piece);
        _blobs = new FileBlobStore(_folder.Path);
        _services = new ServiceCollection()
            .AddSingleton(new ServiceIdentity("ingest", Path.Combine(_folder.Path, "state"), _folder.Path)).AddSingleton(TimeProvider.System).AddSingleton<WorkFolder>()
            .AddRecordFormats().Configure<IngestOptions>(options => configure?.Invoke(options)).BuildServiceProvider();
        _formats = _services.GetRequiredService<RecordFormats>();
        _parser = ActivatorUtilities.CreateInstance<VersionParser>(_services);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What the last parse kept aside.</summary>
    public IReadOnlyList<RejectedRecord> Quarantined { get; private set; } = [];

    public Task<ParsedVersion> ParseAsync(
        IEnumerable<(string Name, byte[] Bytes)> files, DataFormat format = DataFormat.Unspecified, params string[] labels) =>
        ParseAsync(files, new DatasetVersion { Format = format, LabelNames = { labels } });

    public async Task<ParsedVersion> ParseAsync(IEnumerable<(string Name, byte[] Bytes)> files, DatasetVersion asked)
    {
        using var quarantine = new QuarantineFile(Path.Combine(_folder.Path, "quarantine"));
        var stored = await StoreAsync(files);
        try
        {
            return await _parser.ParseAsync(asked, stored, quarantine, new CommitProgress(), Cancel);
        }
        finally
        {
            Release(stored);
            Quarantined = await quarantine.FinishAsync(Cancel) is var (path, _) ? Read(path) : [];
        }
    }

    /// <summary>Every accepted record as a reader gets it: split, source, values.</summary>
    /// <param name="wanted">Which candidates, by their number, are read; the others are passed over.</param>
    public async Task<List<(string Split, string Source, Value[] Values)>> ReadAsync(
        IEnumerable<(string Name, byte[] Bytes)> files, DatasetVersion? asked = null, Func<int, bool>? wanted = null)
    {
        var stored = VersionParser.DataFiles(await StoreAsync(files));
        using var quarantine = new QuarantineFile(Path.Combine(_folder.Path, "quarantine"));
        var parsed = await _parser.ParseAsync(asked ?? new DatasetVersion(), stored, quarantine, new CommitProgress(), Cancel);
        var (values, all) = (new RecordValues(), new List<(string, string, Value[])>());
        await using (var cursor = _formats[parsed.Facts.Format].Open(stored, RecordLayout.Of(parsed.Facts), split: null))
        {
            for (var number = 0; await cursor.MoveNextAsync(Cancel); number++)
            {
                if (wanted?.Invoke(number) != false && await cursor.ReadAsync(Cancel) is null)
                {
                    all.Add((cursor.Split, cursor.Source, [.. cursor.Row.Columns.Select((_, i) => values.Of(cursor.Row, i))]));
                }
            }
        }

        Release(stored);
        return all;
    }

    /// <summary>Goes through files as a commit does, in the format that is asked for whatever they look like, and opens them as a reader does. Release them.</summary>
    /// <param name="spacing">Bytes between two restart points; null for those of a commit.</param>
    public async Task<OpenedVersion> OpenAsync(IEnumerable<(string Name, byte[] Bytes)> files, DatasetVersion asked, long? spacing = null)
    {
        var stored = VersionParser.DataFiles(await StoreAsync(files));
        var format = _formats[asked.Format];
        var layout = await format.DescribeAsync(stored, RecordLayout.Of(asked), Cancel);
        var statistics = new VersionStatistics(layout, stored, _services.GetRequiredService<IOptions<IngestOptions>>().Value);
        var restarts = spacing is { } bytes ? new RestartCollector(stored, bytes) : new RestartCollector(stored);
        await using (var cursor = format.Open(stored, layout, split: null))
        {
            while (await cursor.MoveNextAsync(Cancel))
            {
                restarts.Add(cursor);
                statistics.Add(cursor, await cursor.ReadAsync(Cancel));
            }
        }

        var version = new DatasetVersion { Format = asked.Format, Schema = layout.Schema, Options = layout.Options };
        statistics.CopyTo(version);
        version.Files.Add(stored.Where(file => version.Files.All(f => f.Path != file.Path)).Select(file => new DatasetFile { Path = file.Path }).ToList());
        restarts.CopyTo(version);
        return new OpenedVersion(version, format, stored, statistics.Ordinals, restarts.ToBytes());
    }

    /// <summary>What the version's error would be.</summary>
    public async Task<(string Reason, string Message)> FailsAsync(IEnumerable<(string Name, byte[] Bytes)> files, DataFormat format = DataFormat.Unspecified)
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => ParseAsync(files, format));
        return (error.Reason, error.Message);
    }

    /// <summary>Every candidate in order: its split, label, source and what it is rejected for.</summary>
    public async Task<List<(string Split, string? Label, string Source, string? Problem, byte[] Data)>> WalkAsync(IEnumerable<(string Name, byte[] Bytes)> files, string? split = null)
    {
        var stored = VersionParser.DataFiles(await StoreAsync(files));
        var format = await _formats.FindAsync(stored, DataFormat.Unspecified, Cancel);
        var layout = await format.DescribeAsync(stored, RecordLayout.Of(new DatasetVersion()), Cancel);
        await using var cursor = format.Open(stored, layout, split);
        var all = new List<(string, string?, string, string?, byte[])>();
        while (await cursor.MoveNextAsync(Cancel))
        {
            var problem = await cursor.ReadAsync(Cancel);
            var row = cursor.Row;
            all.Add((cursor.Split, row.IsMissing(1) ? null : row.Text(1).ToString(), cursor.Source, problem, problem is null ? row.Image(0).Data.ToArray() : []));
        }

        return all;
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    public static void Release(IEnumerable<SourceFile> stored)
    {
        foreach (var file in stored)
        {
            (file.Blobs as MemoryBlob)?.Dispose();
        }
    }

    private static List<RejectedRecord> Read(string path)
    {
        using var file = File.OpenRead(path);
        var records = new List<RejectedRecord>();
        while (file.Position < file.Length)
        {
            records.Add(RejectedRecord.Parser.ParseDelimitedFrom(file));
        }

        return records;
    }

    private async Task<IReadOnlyList<SourceFile>> StoreAsync(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var stored = new List<SourceFile>();
        foreach (var (name, bytes) in files)
        {
            if (_inMemory)
            {
                stored.Add(new SourceFile(new MemoryBlob(bytes, _piece), Scope, name, BlobDigest.Of(bytes), bytes.Length));
                continue;
            }

            var blob = await _blobs.WriteAsync(Scope, new MemoryStream(bytes), null, Cancel);
            stored.Add(new SourceFile(_blobs, Scope, name, blob.Digest, blob.Size));
        }

        return stored;
    }
}
