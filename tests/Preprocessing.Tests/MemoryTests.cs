using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>
/// A worker's own memory does not grow with the data: 60,000 images against 10,000. When the runtime collects and compiles
/// moves a peak by some MiB, so the larger has three tries: what grows with the data fails them all. Nothing else runs
/// meanwhile: a worker that has to wait for a core lets more arrive.
/// </summary>
[Collection(Alone)]
public class MemoryTests
{
    private const string Alone = "alone";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Six_times_the_images_take_no_more_memory()
    {
        var few = Math.Max(await PeakAsync(10_000), await PeakAsync(10_000));
        var many = long.MaxValue;
        for (var tries = 0; tries < 3 && many > few * 1.3; tries++)
        {
            many = await PeakAsync(60_000);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"10,000 images {few >> 10} KiB, 60,000 images {many >> 10} KiB");
        Assert.True(many <= few * 1.3, $"10,000 images took {few >> 20} MiB, 60,000 took {many >> 20} MiB");
    }

    private static async Task<long> PeakAsync(int count)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: count, test: 0));
        var pipeline = PipelineCalls.Labelled();
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
                // To look for the worker takes a walk over all processes: not at every tick.
                if (workers.Count == 0 && ticks++ % 10 == 0)
                {
                    workers = PreprocessingProcess.Workers(run.Name);
                }

                peak = Math.Max(peak, workers.Sum(AnonymousBytes));
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
