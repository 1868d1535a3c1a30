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
        // What is learned does not depend on the database.
        var (rows, epochs) = postgres ? (500, 1) : (4_000, 5);
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, rows, Cancel));
        await using var service = await TrainerProcess.StartAsync(
            state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null, watchBatch: postgres ? 4000 : 1);
        var created = await service.CreateAsync(TrainingCalls.Small(epochs));
        var (run, metrics, cursors) = await service.EndAsync(created.Name);
        Assert.True(run.Status.State == JobState.Succeeded, run.ToString());
        AssertOnceInOrder(metrics, epochs);
        Assert.Equal(epochs, run.LastEpoch.Epoch);

        var predictions = await service.Training.GetTestPredictionsAsync(new() { Name = run.Name }, cancellationToken: Cancel);
        Assert.Equal(StripesDataset.Test.Labels.Select(l => (int)l), predictions.Label);
        Assert.Equal(StripesDataset.Labels, predictions.Labels);
        var right = predictions.Predicted.Zip(predictions.Label).Count(p => p.First == p.Second);
        Assert.Equal((100, 100, right / 100.0), (run.Evaluation.TestRows, run.Evaluation.LabelledRows, run.Evaluation.TestAccuracy));
        // Guessing gives 25.
        Assert.True(postgres || right >= 80, $"{right} of 100 are right");

        AssertRegistered(mesh, run);
        Assert.DoesNotContain(Directory.EnumerateFiles(state.File("trainer", "runs", "default", created.Name.Split('/')[^1])), f => f.Contains("bundle"));
        // The history is the same for who comes late, and goes on from any cursor.
        var clock = Stopwatch.StartNew();
        Assert.Equal(metrics, (await service.EndAsync(run.Name)).Metrics);
        // One by one, and a message a second when each waited for the next poll.
        Assert.True(postgres || clock.Elapsed.TotalSeconds < metrics.Count / 2.0, $"{metrics.Count} messages took {clock.Elapsed}");
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
        // Long enough that a busy machine finds the worker at work.
        var created = await service.CreateAsync(TrainingCalls.Small(epochs: 50));
        await Eventually.BecomesTrueAsync(
            async () => (await service.GetAsync(created.Name)).LastEpoch is { Epoch: >= 2 }, TimeSpan.FromSeconds(90), "two epochs are done");
        using (var worker = Process.GetProcessById(TrainerProcess.Workers(created.Name).Single()))
        {
            worker.Kill();
        }

        var (run, metrics, _) = await service.EndAsync(created.Name);
        Assert.True(run.Status.State == JobState.Succeeded, run.ToString());
        Assert.Equal(2, run.Status.Attempt);
        AssertOnceInOrder(metrics, epochs: 50);
        AssertRegistered(mesh, run);
        Assert.Empty(service.Errors());
        // The second worker did not begin again.
        var log = state.File("trainer", "logs", created.Name["projects/".Length..].Replace('/', '.') + ".log");
        Assert.Contains("Going on from step", await File.ReadAllTextAsync(log, Cancel));
    }

    [Fact]
    public async Task A_later_run_of_the_same_name_registers_a_version_of_its_own_though_the_registry_is_away_for_a_while()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, train: 200, Cancel));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel);
        foreach (var seed in (long[])[5, 6])
        {
            // The first call that makes the model, and the first that makes the version.
            mesh.Models.Interrupt(calls: 2);
            var asked = TrainingCalls.Small(epochs: 1);
            asked.Settings.Seed = seed;
            var (run, _, _) = await service.EndAsync((await service.CreateAsync(asked, "again")).Name);
            Assert.True(run.Status.State == JobState.Succeeded, run.ToString());
            Assert.Equal((1, $"{run.Model}/versions/{seed - 4}"), (run.Status.Attempt, run.ModelVersion));
            await service.Training.DeleteTrainingRunAsync(new() { Name = run.Name }, cancellationToken: Cancel);
        }

        Assert.Equal(2, mesh.Models.Versions.Count);
        Assert.Empty(service.Errors());
    }

    [Fact]
    public async Task Without_a_labelled_row_to_judge_by_no_figure_is_registered()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, train: 200, Cancel, labelled: false));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel);
        var (run, _, _) = await service.EndAsync((await service.CreateAsync(TrainingCalls.Small(epochs: 1))).Name);
        Assert.True(run.Status.State == JobState.Succeeded, run.ToString());
        Assert.Equal((100, 0), (run.Evaluation.TestRows, run.Evaluation.LabelledRows));
        Assert.Empty(Assert.Single(mesh.Models.Versions).Metrics);
        Assert.Equal(100, (await service.Training.GetTestPredictionsAsync(new() { Name = run.Name }, cancellationToken: Cancel)).Predicted.Count);
        Assert.Empty(service.Errors());
    }

    [Fact]
    public async Task A_missing_input_fails_the_run_once_and_with_a_reason()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, train: 200, Cancel));
        Directory.Delete(state.File("blobs"), recursive: true);
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel);
        var (run, _, _) = await service.EndAsync((await service.CreateAsync(TrainingCalls.Small(epochs: 1))).Name);
        Assert.Equal((JobState.Failed, 1, "INPUT_LOST"), (run.Status.State, run.Status.Attempt, run.Status.Error.Reason));
        Assert.DoesNotContain(state.Path, run.Status.Error.Message);
        // The worker says it, and nobody else.
        Assert.All(service.Errors(), line => Assert.Contains("The attempt failed.", line));
    }

    [Fact]
    public async Task Two_clean_services_make_the_same_bundle_with_one_thread_and_the_same_metrics_with_all()
    {
        var (first, second) = (await TrainTwiceAsync(), await TrainTwiceAsync());
        Assert.Equal(first.Bundle, second.Bundle);
        Assert.Equal(first.Epochs.Count, second.Epochs.Count);
        foreach (var (a, b) in first.Epochs.Zip(second.Epochs))
        {
            Assert.Equal(a.TrainLoss, b.TrainLoss, 1e-3);
            Assert.Equal(a.ValidationLoss, b.ValidationLoss, 1e-3);
            Assert.Equal(a.ValidationAccuracy, b.ValidationAccuracy, 1e-3);
        }
    }

    /// <summary>The bundle of a run with one core, and the epochs of one with all.</summary>
    private static async Task<(byte[] Bundle, List<EpochMetrics> Epochs)> TrainTwiceAsync()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, train: 600, Cancel));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel, cpus: Environment.ProcessorCount);
        var single = TrainingCalls.Small(epochs: 2);
        single.Resources = new ResourceSpec { Cpus = 1 };
        var (one, _, _) = await service.EndAsync((await service.CreateAsync(single)).Name);
        Assert.True(one.Status.State == JobState.Succeeded, one.ToString());
        var (all, metrics, _) = await service.EndAsync((await service.CreateAsync(TrainingCalls.Small(epochs: 2))).Name);
        Assert.True(all.Status.State == JobState.Succeeded, all.ToString());
        return (mesh.Models.Bundle(mesh.Models.Versions[0].Upload), [.. metrics.Where(m => m.Epoch is not null).Select(m => m.Epoch)]);
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
