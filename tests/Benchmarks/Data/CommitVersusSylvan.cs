using Mesh.Blobs;
using Mesh.Ingest;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Quarantine;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Sylvan.Data.Csv;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// A table of a million rows and twelve columns: the commit of a version (bytes proven by their hashes, types inferred, every value typed, statistics of
/// each column) against Sylvan alone, which reads the same file from the page cache and takes every value as the same type.
/// </summary>
internal static class CommitVersusSylvan
{
    private const int Rounds = 7;

    public static readonly Benchmark Benchmark = new("ingest.csv_vs_sylvan", Target.AtLeast(0.5), Measure);

    private static async Task<double> Measure()
    {
        var path = Path.Combine(DataSets.Path("bench-table"), "table.csv");
        using var folder = new TemporaryFolder();
        var blobs = new FileBlobStore(folder.Path);
        var scope = new BlobScope("ingest", "default");
        BlobInfo blob;
        await using (var file = File.OpenRead(path))
        {
            blob = await blobs.WriteAsync(scope, file, null, CancellationToken.None);
        }

        await using var services = new ServiceCollection()
            .AddSingleton(new ServiceIdentity("ingest", Path.Combine(folder.Path, "state"), folder.Path)).AddSingleton(TimeProvider.System).AddSingleton<WorkFolder>()
            .AddRecordFormats().Configure<IngestOptions>(_ => { }).BuildServiceProvider();
        var parser = ActivatorUtilities.CreateInstance<VersionParser>(services);
        var source = new SourceFile(blobs, scope, "table.csv", blob.Digest, blob.Size);
        using var quarantine = new QuarantineFile(Path.Combine(folder.Path, "quarantine"));
        var parsed = await parser.ParseAsync(new DatasetVersion(), [source], quarantine, new CommitProgress(), CancellationToken.None);
        var schema = parsed.Facts.Schema.Columns.Select(c => c.Type).ToArray();
        if (parsed.Records != Read(path, schema))
        {
            throw new InvalidOperationException("The two do not read the same rows.");
        }

        var seconds = InterleavedRuns.MedianSeconds(
            Rounds,
            () => parser.ParseAsync(new DatasetVersion(), [source], quarantine, new CommitProgress(), CancellationToken.None).GetAwaiter().GetResult(),
            () => Read(path, schema));
        return seconds[1] / seconds[0];
    }

    private static long Read(string path, ColumnType[] types)
    {
        using var text = new StreamReader(path);
        using var reader = CsvDataReader.Create(text, new CsvDataReaderOptions { BufferSize = 64 * 1024, ResultSetMode = ResultSetMode.SingleResult });
        var (rows, sum) = (0L, 0.0);
        while (reader.Read())
        {
            rows++;
            for (var i = 0; i < types.Length; i++)
            {
                if (reader.IsDBNull(i) || reader.GetFieldSpan(i).IsEmpty)
                {
                    continue;
                }

                sum += types[i] switch
                {
                    ColumnType.Int64 => reader.GetInt64(i),
                    ColumnType.Double => reader.GetDouble(i),
                    ColumnType.Bool => reader.GetBoolean(i) ? 1 : 0,
                    ColumnType.Timestamp => reader.GetDateTime(i).Ticks,
                    _ => reader.GetString(i).Length,
                };
            }
        }

        return double.IsFinite(sum) ? rows : throw new InvalidOperationException("The sum is not finite.");
    }
}
