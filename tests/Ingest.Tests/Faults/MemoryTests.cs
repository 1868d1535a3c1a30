using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Faults;

/// <summary>
/// Memory of the real process does not grow with the data: the same number of images takes as much in one version as in six.
/// MESH_FULL_SIZE=1 measures 60,000 against six times 10,000.
/// </summary>
public sealed class MemoryTests
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("MESH_FULL_SIZE") == "1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("idx")]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public async Task One_large_version_takes_no_more_memory_than_six_small_ones(string kind)
    {
        var small = Full ? 10_000 : 4_000;
        // A process for each, so that neither profits from what the other left.
        var (few, many) = (await PeakAsync(kind, small, versions: 6), await PeakAsync(kind, 6 * small, versions: 1));
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: 6 times {small} images {few >> 10} KiB, {6 * small} images {many >> 10} KiB, ratio {(double)many / few:0.00}");
        Assert.True(many <= 1.3 * few, $"6 times {small} images took {few >> 20} MiB, {6 * small} took {many >> 20} MiB");
    }

    private static async Task<long> PeakAsync(string kind, int images, int versions)
    {
        using var folder = new TemporaryFolder();
        await using var projects = await ProjectSeam.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(folder.Path, IngestProcess.FreePort(), projects.Address, "", Cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watching = PeakOfAsync(ingest, over.Token);
        await ingest.Datasets.CreateAsync("images");
        for (var i = 0; i < versions; i++)
        {
            var version = await ingest.Datasets.CommitAsync("images", Files(kind, images));
            Assert.Equal((JobState.Succeeded, (long)images), (version.Status.State, version.Splits.Single().RecordCount));
            using var call = ingest.Datasets.ReadRecords(new ReadRecordsRequest { Name = version.Name, Split = version.Splits[0].Name }, cancellationToken: Cancel);
            await foreach (var _ in call.ResponseStream.ReadAllAsync(Cancel))
            {
            }
        }

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

        var entries = Enumerable.Range(0, count).Select(i => ($"train/class-{i % 10}/{i * 7919L % count:00000}.png", Png.Of(i, 28, 28)));
        return [kind == "zip" ? ("images.zip", Archive.Zip(entries)) : ("images.tar.gz", Idx.Gzip(Archive.Tar(System.Formats.Tar.TarEntryFormat.Ustar, entries)))];
    }
}
