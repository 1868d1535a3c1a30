using System.Diagnostics;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>SIGKILL in the middle of a run, to the worker and to the service.</summary>
public class KillTests
{
    /// <summary>Messages after which the worker is writing: it has read the 10,000 training records once, and some of all 12,000 again.</summary>
    private const int InWrite = 20 + 7;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>It may have two attempts at one place. The second dies further on, which is another place.</summary>
    [Fact]
    public async Task A_run_whose_workers_are_killed_at_several_places_ends_with_the_same_bytes()
    {
        using var state = new TemporaryFolder();
        using var other = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        var data = mesh.Ingest.Add(TestData.Fashion("fashion"));
        var expected = await UndisturbedAsync(other, mesh, data);
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: ("Jobs__MaxAttempts", "2"));
        mesh.Ingest.HoldAfter(3);
        await service.CreateAsync("a", PipelineCalls.Labelled());
        var run = await service.StartRunAsync("a", data);
        var first = await service.WorkingAsync(run, "fit");
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.IsHolding, TimeSpan.FromSeconds(30), "the worker is held");
        // What the next attempt finds; the first one is held as it is.
        mesh.Ingest.HoldAfter(InWrite);
        Kill(first);
        Kill(await service.WorkingAsync(run, "write"));
        mesh.Ingest.Release();
        var ended = await service.EndAsync(run);
        Assert.Equal(3, ended.Status.Attempt);
        Assert.Equal(expected, (await service.ResultAsync(ended)).Digests());
        await PipelineCalls.LeavesNoWorkAsync(state);
    }

    [Fact]
    public async Task What_the_last_attempt_leaves_when_it_is_killed_is_removed()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: ("Jobs__MaxAttempts", "1"));
        var data = mesh.Ingest.Add(TestData.Fashion("fashion"));
        mesh.Ingest.HoldAfter(InWrite);
        await service.CreateAsync("a", PipelineCalls.Labelled());
        var run = await service.StartRunAsync("a", data);
        var worker = await service.WorkingAsync(run, "write");
        Assert.NotEmpty(Directory.GetFiles(state.File("preprocessing", "work"), "*", SearchOption.AllDirectories));
        Kill(worker);
        Assert.Equal(JobState.Failed, (await service.EndAsync(run)).Status.State);
        await PipelineCalls.LeavesNoWorkAsync(state);
    }

    [Fact]
    public async Task A_run_whose_service_is_killed_goes_on_when_it_is_back()
    {
        using var state = new TemporaryFolder();
        using var other = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        var data = mesh.Ingest.Add(TestData.Fashion("fashion"));
        var expected = await UndisturbedAsync(other, mesh, data);
        PipelineTestsRun run;
        await using (var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel))
        {
            mesh.Ingest.HoldAfter(InWrite);
            await service.CreateAsync("a", PipelineCalls.Labelled());
            var created = await service.StartRunAsync("a", data);
            run = new PipelineTestsRun(created, await service.WorkingAsync(created, "write"));
            await service.KillAsync(Cancel);
        }

        await Eventually.BecomesTrueAsync(() => !PreprocessingProcess.Workers(run.Run.Name).Contains(run.Worker), TimeSpan.FromSeconds(15), "the orphan is gone");
        mesh.Ingest.Release();
        await using var next = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var ended = await next.EndAsync(run.Run);
        Assert.Equal((JobState.Succeeded, 2), (ended.Status.State, ended.Status.Attempt));
        Assert.Equal(expected, (await next.ResultAsync(ended)).Digests());
        await PipelineCalls.LeavesNoWorkAsync(state);
    }

    private static void Kill(int pid)
    {
        using var worker = Process.GetProcessById(pid);
        worker.Kill();
    }

    private static async Task<List<string>> UndisturbedAsync(TemporaryFolder state, MeshSeam mesh, TestData data)
    {
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        return (await service.ProcessAsync("a", PipelineCalls.Labelled(), data)).Digests();
    }

    private sealed record PipelineTestsRun(V1.PipelineRun Run, int Worker);
}
