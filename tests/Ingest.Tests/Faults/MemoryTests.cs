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

    [Theory]
    [InlineData("idx")]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public async Task Six_times_the_images_take_no_more_memory(string kind)
    {
        // A process for each, so that neither profits from what the other left.
        var few = Math.Max(await PeakAsync(kind, 10_000), await PeakAsync(kind, 10_000));
        var many = long.MaxValue;
        for (var tries = 0; tries < 3 && many > 1.3 * few; tries++)
        {
            many = await PeakAsync(kind, 60_000);
        }

        Assert.True(many <= 1.3 * few, $"10,000 images took {few >> 20} MiB, 60,000 took {many >> 20} MiB");
    }

    private static async Task<long> PeakAsync(string kind, int images)
    {
        using var folder = new TemporaryFolder();
        await using var projects = await ProjectSeam.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(folder.Path, projects.Address, "", Cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watching = PeakOfAsync(ingest, over.Token);
        await ingest.Datasets.CreateAsync("images");
        var version = await ingest.Datasets.CommitAsync("images", Files(kind, images));
        Assert.Equal((JobState.Succeeded, (long)images), (version.Status.State, version.Splits.Single().RecordCount));
        using var call = ingest.Datasets.ReadRecords(new ReadRecordsRequest { Name = version.Name, Split = version.Splits[0].Name }, cancellationToken: Cancel);
        await foreach (var _ in call.ResponseStream.ReadAllAsync(Cancel))
        {
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

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
