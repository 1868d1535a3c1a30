using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>Runs whose Ingest is silent, away, or breaks off.</summary>
public class IngestFaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_ingest_costs_an_attempt_and_pins_that_fail_are_made_up_for()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(
            state, mesh, Cancel, settings: [("Preprocessing__IngestPatienceSeconds", "1"), ("Jobs__MaxAttempts", "1")]);
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 1_000, test: 0));
        await service.CreateAsync("a", PipelineCalls.Labelled());
        mesh.Ingest.PinsAway = true;
        mesh.Ingest.HoldAfter(1);
        var run = await service.StartRunAsync("a", data);
        Assert.Empty(mesh.Ingest.HoldersOf(data.Name));
        var ended = await service.EndAsync(run);
        Assert.Equal((JobState.Failed, "INGEST_SILENT"), (ended.Status.State, ended.Status.Error.Reason));

        mesh.Ingest.Release();
        ended = await service.EndAsync(await service.StartRunAsync("a", data));
        Assert.Equal((JobState.Succeeded, 1), (ended.Status.State, ended.Status.Attempt));
        mesh.Ingest.PinsAway = false;
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).SequenceEqual([ended.ProcessedDataset]), TimeSpan.FromSeconds(30), "only the result holds its input");
    }

    [Fact]
    public async Task A_place_at_which_ingest_always_breaks_off_ends_the_run_whatever_signs_of_life_it_gives()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(
            state, mesh, Cancel, settings: [("Preprocessing__IngestPatienceSeconds", "1"), ("Jobs__MaxAttempts", "1")]);
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 100, test: 0));
        await service.CreateAsync("a", PipelineCalls.Labelled());
        mesh.Ingest.BreaksAtOnce = true;
        var ended = await service.EndAsync(await service.StartRunAsync("a", data));
        Assert.Equal(JobState.Failed, ended.Status.State);
        Assert.Contains("ended with Unavailable", ended.Status.Error.Message);
    }
}
