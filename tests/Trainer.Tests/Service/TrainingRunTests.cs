using System.Diagnostics;
using Grpc.Core;
using Mesh.Jobs.V1;
using Mesh.ModelGraph.Bundles;
using Mesh.Tests.Shared;
using Mesh.Trainer.V1;
using Xunit;

namespace Mesh.Trainer.Tests.Service;

/// <summary>Whole runs with the real service and real workers.</summary>
public class TrainingRunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_trains_reports_registers_and_predicts(bool postgres)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, train: 4_000, Cancel));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        var created = await service.CreateAsync(TrainingCalls.Small(epochs: 5));
        var (run, metrics, cursors) = await service.EndAsync(created.Name);
        Assert.True(run.Status.State == JobState.Succeeded, run.ToString());
        AssertOnceInOrder(metrics, epochs: 5);
        Assert.Equal(5, run.LastEpoch.Epoch);

        var predictions = await service.Training.GetTestPredictionsAsync(new() { Name = run.Name }, cancellationToken: Cancel);
        Assert.Equal(StripesDataset.Test.Labels.Select(l => (int)l), predictions.Label);
        Assert.Equal(StripesDataset.Labels, predictions.Labels);
        var right = predictions.Predicted.Zip(predictions.Label).Count(p => p.First == p.Second);
        Assert.Equal((100, right / 100.0), (run.Evaluation.TestRows, run.Evaluation.TestAccuracy));
        // Guessing gives 25.
        Assert.True(right >= 80, $"{right} of 100 are right");

        AssertRegistered(mesh, run);
        // The history is the same for who comes late, and goes on from any cursor.
        Assert.Equal(metrics, (await service.EndAsync(run.Name)).Metrics);
        Assert.Empty((await service.EndAsync(run.Name, cursors[^1])).Metrics);
        foreach (var bad in (string[])["-1", "x", "99999999", "9223372036854775808"])
        {
            var failure = await TrainingCalls.FailsAsync(() => service.EndAsync(run.Name, bad));
            Assert.Equal((StatusCode.InvalidArgument, "cursor"), (failure.Code, failure.Fields.Single()));
        }

        Assert.Empty(service.Errors());
    }

    [Fact]
    public async Task A_run_whose_worker_is_killed_goes_on_at_its_checkpoint_and_registers_one_version()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, train: 4_000, Cancel));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel);
        var created = await service.CreateAsync(TrainingCalls.Small(epochs: 20));
        await Eventually.BecomesTrueAsync(
            async () => (await service.GetAsync(created.Name)).LastEpoch is { Epoch: >= 2 }, TimeSpan.FromSeconds(90), "two epochs are done");
        using (var worker = Process.GetProcessById(TrainerProcess.Workers(created.Name).Single()))
        {
            worker.Kill();
        }

        var (run, metrics, _) = await service.EndAsync(created.Name);
        Assert.True(run.Status.State == JobState.Succeeded, run.ToString());
        Assert.Equal(2, run.Status.Attempt);
        AssertOnceInOrder(metrics, epochs: 20);
        AssertRegistered(mesh, run);
        // The second worker did not begin again.
        var log = state.File("trainer", "logs", created.Name["projects/".Length..].Replace('/', '.') + ".log");
        Assert.Contains("Going on from step", await File.ReadAllTextAsync(log, Cancel));
    }

    private static void AssertOnceInOrder(List<Metrics> metrics, int epochs)
    {
        Assert.Equal(Enumerable.Range(1, epochs), metrics.Where(m => m.Epoch is not null).Select(m => m.Epoch.Epoch));
        var steps = metrics.Where(m => m.Step is not null).Select(m => m.Step.Step).ToList();
        Assert.NotEmpty(steps);
        Assert.Equal(steps.Distinct().Order(), steps);
    }

    /// <summary>One version, made of a bundle that opens and has this run's lineage.</summary>
    private static void AssertRegistered(MeshSeam mesh, TrainingRun run)
    {
        var version = Assert.Single(mesh.Models.Versions);
        Assert.Equal($"{run.Model}/versions/1", run.ModelVersion);
        Assert.Equal(("newest", run.Name, StripesDataset.Name), (version.Alias, version.Lineage.TrainingRun, version.Lineage.ProcessedDataset));
        Assert.Equal(run.Evaluation.TestAccuracy, version.Metrics["test_accuracy"], 1e-6);
        using var bundle = new MemoryStream(mesh.Models.Bundle(version.Upload));
        Assert.Equal(StripesDataset.Labels, ModelBundle.Read(bundle).Content.Labels);
    }
}
