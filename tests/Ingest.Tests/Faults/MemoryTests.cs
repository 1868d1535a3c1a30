using Apache.Arrow;
using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Faults;

/// <summary>
/// Memory of the real process does not grow with the data: 60,000 images take as much as 10,000. When the runtime collects
/// and compiles moves a peak by some MiB, so the larger has three tries: what grows with the data fails them all.
/// </summary>
[Collection(Alone)]
public sealed class MemoryTests
{
    private const string Alone = "alone";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Archives))]
    public async Task Six_times_the_images_take_no_more_memory(string kind)
    {
        // A process for each, so that neither profits from what the other left.
        var few = Math.Max(await PeakAsync(kind, 10_000), Full ? await PeakAsync(kind, 10_000) : 0);
        var many = long.MaxValue;
        for (var tries = 0; tries < 3 && many > 1.3 * few; tries++)
        {
            many = await PeakAsync(kind, 60_000);
        }

        Assert.True(many <= 1.3 * few, $"10,000 images took {few >> 20} MiB, 60,000 took {many >> 20} MiB");
    }

    public static TheoryData<string> Archives => Full ? ["idx", "zip", "tar.gz"] : ["tar.gz"];

    private static bool Full => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    public static TheoryData<string> Tables => Full ? ["jsonl", "parquet", "arrow"] : ["parquet"];

    [Theory, MemberData(nameof(Tables))]
    public async Task Many_times_the_rows_take_no_more_memory(string kind)
    {
        // 10 MB: fewer are over before the process has its full working set. In the full run, ten times as many.
        const int Few = 60_000;
        var rows = Full ? 10 * Few : 5 * Few;
        var few = Math.Max(await PeakAsync(kind, Few), Full ? await PeakAsync(kind, Few) : 0);
        var many = long.MaxValue;
        for (var tries = 0; tries < 3 && many > 1.2 * few; tries++)
        {
            many = await PeakAsync(kind, rows);
        }

        TestContext.Current.SendDiagnosticMessage($"{kind}: {Few} rows took {few >> 20} MiB, {rows} took {many >> 20} MiB");
        Assert.True(many <= 1.2 * few, $"{Few} rows took {few >> 20} MiB, {rows} took {many >> 20} MiB");
    }

    /// <summary>
    /// A column with one value is a bad key, and equal rows are a dull table: neither may cost memory. A record that is kept takes more than a hundred
    /// bytes; less than forty say that none is, and leave room for a collector that lets more garbage gather the longer it works.
    /// </summary>
    [Theory, MemberData(nameof(Repeats))]
    public async Task Ten_times_the_equal_rows_take_no_more_memory(string kind)
    {
        var equal = Full ? 400_000 : 40_000;
        var limit = 40L * 9 * equal;
        using var folder = new TemporaryFolder();
        await using var projects = await ProjectSeam.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(folder.Path, projects.Address, "", Cancel);
        // In one process: what the few have left is there for the many too.
        var few = await PeakOfAsync(ingest, () => TakeEqualAsync(ingest, kind, equal, "few"));
        var many = long.MaxValue;
        for (var tries = 0; tries < 3 && many - few > limit; tries++)
        {
            many = await PeakOfAsync(ingest, () => TakeEqualAsync(ingest, kind, 10 * equal, $"many-{tries}"));
        }

        TestContext.Current.SendDiagnosticMessage($"{kind}: {equal} equal rows took {few >> 20} MiB, ten times as many {many >> 20} MiB");
        Assert.True(many - few <= limit, $"{equal} equal rows took {few >> 20} MiB, ten times as many {many >> 20} MiB");
    }

    public static TheoryData<string> Repeats => Full ? ["key", "diff"] : ["key"];

    private static async Task TakeEqualAsync(IngestProcess ingest, string kind, int rows, string dataset)
    {
        var table = System.Text.Encoding.UTF8.GetBytes("country\n" + string.Concat(Enumerable.Repeat("Norway\n", rows)));
        await ingest.Datasets.CreateAsync(dataset);
        if (kind == "key")
        {
            var upload = await ingest.Datasets.UploadAsync("p.csv", table);
            var request = new CreateDatasetVersionRequest
            {
                Parent = $"{IngestCalls.Project}/datasets/{dataset}", Uploads = { upload }, Options = new FormatOptions { KeyColumn = "country" },
            };
            var ended = await ingest.Datasets.EndAsync((await ingest.Datasets.CreateDatasetVersionAsync(request, cancellationToken: Cancel)).Name);
            Assert.Equal(
                ("DUPLICATE_KEY", $"p.csv#3 has the same country as p.csv#2; {rows - 1} records repeat a key."), (ended.Status.Error.Reason, ended.Status.Error.Message));
            return;
        }

        var before = await ingest.Datasets.CommitAsync(dataset, [("p.csv", table)]);
        var now = await ingest.Datasets.CommitAsync(dataset, [("p.csv", [.. table, .. "Chile\n"u8])]);
        var diff = new DiffDatasetVersionsRequest { Name = now.Name, BaseVersion = before.Name, Records = true };
        using var call = ingest.Datasets.DiffDatasetVersions(diff, cancellationToken: Cancel);
        var last = await call.ResponseStream.ReadAllAsync(Cancel).LastAsync(Cancel);
        Assert.Equal((1, rows), (last.RecordTotals.Added, last.RecordTotals.Unchanged));
    }

    private static async Task<long> PeakAsync(string kind, int images)
    {
        using var folder = new TemporaryFolder();
        await using var projects = await ProjectSeam.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(folder.Path, projects.Address, "", Cancel);
        return await PeakOfAsync(ingest, async () =>
        {
            await ingest.Datasets.CreateAsync("images");
            var version = await ingest.Datasets.CommitAsync("images", Files(kind, images));
            Assert.Equal((JobState.Succeeded, (long)images), (version.Status.State, version.Splits.Single().RecordCount));
            using var call = ingest.Datasets.ReadRecords(new ReadRecordsRequest { Name = version.Name, Split = version.Splits[0].Name }, cancellationToken: Cancel);
            await foreach (var _ in call.ResponseStream.ReadAllAsync(Cancel))
            {
            }
        });
    }

    private static async Task<long> PeakOfAsync(IngestProcess process, Func<Task> work)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watching = PeakOfAsync(process, over.Token);
        await work();
        await over.CancelAsync();
        return await watching;
    }

    private static async Task<long> PeakOfAsync(IngestProcess process, CancellationToken over)
    {
        var peak = 0L;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                peak = Math.Max(peak, process.AnonymousBytes());
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }

        return peak;
    }

    private static IEnumerable<(string, byte[])> Files(string kind, int count)
    {
        if (kind == "idx")
        {
            return
            [
                ("train-images-idx3-ubyte.gz", Idx.Gzip(Idx.Images(count, 28, 28, Idx.Random(count * 784, 1)))),
                ("train-labels-idx1-ubyte.gz", Idx.Gzip(Idx.Labels(count, [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]))),
            ];
        }

        switch (kind)
        {
            case "jsonl":
                return [("rows.jsonl", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, count).Select(i => $"{{\"id\":{i},\"x\":{i / 7.0:R},\"text\":\"{Text(i)}\"}}\n"))))];
            case "parquet":
                // One row group, so that it cannot be held as a whole.
                return
                [
                    ("rows.parquet", Data.Parquet.File([new ParquetSharp.Column<int>("id"), new ParquetSharp.Column<double>("x"), new ParquetSharp.Column<string>("text")], group =>
                    {
                        group.Column([.. Enumerable.Range(0, count)]);
                        group.Column([.. Enumerable.Range(0, count).Select(i => i / 7.0)]);
                        group.Column([.. Enumerable.Range(0, count).Select(Text)]);
                    })),
                ];
            case "arrow":
                return [("rows.arrow", Data.Arrow.File(null, [.. Enumerable.Range(0, count / 4000).Select(batch => Batch(batch * 4000))]))];
        }

        var entries = Enumerable.Range(0, count).Select(i => ($"train/class-{i % 10}/{i * 7919L % count:00000}.png", Png.Of(i, 28, 28)));
        return [kind == "zip" ? ("images.zip", Archive.Zip(entries)) : ("images.tar.gz", Idx.Gzip(Archive.Tar(System.Formats.Tar.TarEntryFormat.Ustar, entries)))];
    }

    private static readonly string Noise = Convert.ToBase64String(Idx.Random(100_000, 1));

    private static string Text(int row) => Noise.Substring((int)(row * 7919L % (Noise.Length - 160)), 160);

    private static RecordBatch Batch(int start) => Data.Arrow.Batch(
        ("id", new Int32Array.Builder().AppendRange(Enumerable.Range(start, 4000)).Build()),
        ("x", new DoubleArray.Builder().AppendRange(Enumerable.Range(start, 4000).Select(i => i / 7.0)).Build()),
        ("text", new StringArray.Builder().AppendRange(Enumerable.Range(start, 4000).Select(Text)).Build()));

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
