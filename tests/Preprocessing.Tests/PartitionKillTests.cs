using System.Diagnostics;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>
/// SIGKILL at random points of runs that are cut into partitions, to workers and to the service: the same bytes as of a run
/// that nobody disturbed, with another number of workers. Five times, and fifty in the full run.
/// </summary>
public class PartitionKillTests
{
    private const int KillsPerRun = 5;

    /// <summary>Messages of a run: 3,600 records are surveyed and written, 3,000 are learned from, 500 a message and a part at least.</summary>
    private const int Messages = 8 + 6 + 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_that_are_killed_again_and_again_end_with_the_same_bytes()
    {
        var runs = Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 10 : 1;
        var random = new Random(20_260);
        await using var mesh = await MeshSeam.StartAsync();
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 3_000, test: 600));
        var expected = await UndisturbedAsync(mesh, data);
        for (var i = 0; i < runs; i++)
        {
            Assert.Equal(expected, await DisturbedAsync(mesh, data, random));
        }
    }

    private static async Task<List<string>> UndisturbedAsync(MeshSeam mesh, TestData data)
    {
        using var state = new TemporaryFolder();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: ("Jobs__Cpus", "1"));
        return (await service.ProcessAsync("a", PipelineCalls.Labelled(partitionRecords: 1_000), data)).Digests();
    }

    private static async Task<List<string>> DisturbedAsync(MeshSeam mesh, TestData data, Random random)
    {
        using var state = new TemporaryFolder();
        var service = await StartAsync();
        try
        {
            await service.CreateAsync("a", PipelineCalls.Labelled(partitionRecords: 1_000));
            mesh.Ingest.HoldAfter(random.Next(Messages / KillsPerRun));
            var run = await service.StartRunAsync("a", data);
            for (var kill = 0; kill < KillsPerRun && await IsHeldAsync(mesh, service, run); kill++)
            {
                if (kill % 2 == 0)
                {
                    KillOne(PreprocessingProcess.Workers(run.Name), random);
                }
                else
                {
                    await service.KillAsync(Cancel);
                    await service.DisposeAsync();
                    await Eventually.BecomesTrueAsync(() => PreprocessingProcess.Workers(run.Name).Count == 0, TimeSpan.FromSeconds(30), "the orphans are gone");
                    service = await StartAsync();
                }

                // What is held goes on, up to the next point.
                mesh.Ingest.Release();
                if (kill < KillsPerRun - 1)
                {
                    mesh.Ingest.HoldAfter(random.Next(Messages / KillsPerRun));
                }
            }

            mesh.Ingest.Release();
            var digests = (await service.ResultAsync(await service.EndAsync(run))).Digests();
            await PipelineCalls.LeavesNoWorkAsync(state);
            return digests;
        }
        finally
        {
            mesh.Ingest.Release();
            await service.DisposeAsync();
        }

        Task<PreprocessingProcess> StartAsync() =>
            PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: ("Jobs__Cpus", "3"));
    }

    /// <summary>False when the run came to its end before.</summary>
    private static async Task<bool> IsHeldAsync(MeshSeam mesh, PreprocessingProcess service, PipelineRun run)
    {
        var over = false;
        await Eventually.BecomesTrueAsync(
            async () => mesh.Ingest.IsHolding || (over = (await service.GetAsync(run)).Status.State is JobState.Succeeded or JobState.Failed),
            TimeSpan.FromSeconds(90),
            "a worker is held");
        return !over;
    }

    private static void KillOne(List<int> workers, Random random)
    {
        try
        {
            using var worker = Process.GetProcessById(workers[random.Next(workers.Count)]);
            worker.Kill();
        }
        catch (ArgumentException)
        {
            // It has just ended by itself.
        }
    }
}
