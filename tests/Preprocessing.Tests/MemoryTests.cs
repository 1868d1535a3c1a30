using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>
/// A worker's own memory does not grow with the data: 60,000 images against 10,000, and in the full run 100,000, by one
/// process and by partitions. When the runtime collects and compiles moves a peak by some MiB, so the larger has three tries:
/// what grows with the data fails them all. Nothing else runs meanwhile: a worker that has to wait for a core lets more
/// arrive.
/// </summary>
[Collection(Alone)]
public class MemoryTests
{
    private const string Alone = "alone";
    private const int Few = 10_000;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Records of a partition: so large that one process does all, or small.</summary>
    public static TheoryData<long> Partitions => IsFull ? [100_000, 2_500] : [100_000];

    [Theory]
    [MemberData(nameof(Partitions))]
    public async Task Many_times_the_images_take_no_more_memory(long partition)
    {
        var (times, limit) = IsFull ? (10, 1.2) : (6, 1.3);
        var few = Math.Max(await PeakAsync(Few, partition), IsFull ? await PeakAsync(Few, partition) : 0);
        var many = long.MaxValue;
        for (var tries = 0; tries < 3 && many > few * limit; tries++)
        {
            many = await PeakAsync(Few * times, partition);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Few} images {few >> 10} KiB, {Few * times} images {many >> 10} KiB");
        Assert.True(many <= few * limit, $"{Few} images took {few >> 20} MiB, {Few * times} took {many >> 20} MiB");
    }

    private static async Task<long> PeakAsync(int count, long partition)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: count, test: 0));
        var pipeline = PipelineCalls.Labelled(partitionRecords: partition);
        // Comes from few images, over and over.
        pipeline.Split.Duplicates = DuplicatePolicy.Together;
        await service.CreateAsync("a", pipeline);
        var run = await service.StartRunAsync("a", data);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var peak = PeakOfAsync(run, over.Token);
        await service.ResultAsync(await service.EndAsync(run));
        await over.CancelAsync();
        return await peak;
    }

    private static async Task<long> PeakOfAsync(PipelineRun run, CancellationToken over)
    {
        var (peak, ticks) = (0L, 0);
        var workers = new List<int>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                // To look for workers takes a walk over all processes: not at every tick.
                if (ticks++ % 25 == 0)
                {
                    workers = PreprocessingProcess.Workers(run.Name);
                }

                // The largest of them.
                peak = Math.Max(peak, workers.Select(AnonymousBytes).DefaultIfEmpty().Max());
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }

        Assert.True(peak > 0, "no worker was seen");
        return peak;
    }

    /// <summary>What the process itself allocated, without the pages of files; 0 when it is gone.</summary>
    private static long AnonymousBytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan("RssAnon:".Length, line.Length - "RssAnon:".Length - "kB".Length)) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
