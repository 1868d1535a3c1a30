using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Trainer.V1;
using Xunit;

namespace Mesh.Trainer.Tests.Service;

/// <summary>What a create call refuses and fills in, and runs in the database.</summary>
public class RunRequestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_wrong_with_a_run_is_said_by_field()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(Described("stripes", labels: 4));
        mesh.Pipelines.Add(Described("single", labels: 1));
        mesh.Pipelines.Add(Described("large", labels: 4, side: 64));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel);

        var unknown = await RefusedAsync(run => run.Architecture = "transformer");
        Assert.Equal("training_run.architecture", Assert.Single(unknown.Fields));
        Assert.Contains("mlp, cnn", unknown.Message);

        unknown = await RefusedAsync(run => run.Architecture = "a\n\u001b[2J" + new string('x', 100_000));
        Assert.Equal("training_run.architecture", Assert.Single(unknown.Fields));
        Assert.DoesNotContain(unknown.Message, char.IsControl);
        Assert.True(unknown.Message.Length < 300);

        // The first has a weight that cannot be, the second more than can be saved.
        foreach (var filters in (int[])[512, 128])
        {
            var tooLarge = await RefusedAsync(run =>
            {
                run.ProcessedDataset = $"{TrainingCalls.Project}/processedDatasets/large";
                (run.Hyperparameters.Fields["filters"], run.Hyperparameters.Fields["hidden"]) = (Value.ForNumber(filters), Value.ForNumber(8192));
            });
            Assert.Equal("training_run.architecture", Assert.Single(tooLarge.Fields));
            Assert.Contains("'hidden'", tooLarge.Message);
        }

        var many = await RefusedAsync(run => run.Hyperparameters.Fields.Add(Enumerable.Range(0, 10_000).ToDictionary(i => $"x{i}", i => Value.ForNumber(i))));
        Assert.Equal(["training_run.hyperparameters"], many.Fields);
        Assert.Equal(
            ["training_run.hyperparameters.dropout", "training_run.hyperparameters.nonsense", "training_run.settings.batch_size", "training_run.settings.learning_rate"],
            (await RefusedAsync(run =>
            {
                run.Hyperparameters.Fields["dropout"] = Value.ForNumber(2);
                run.Hyperparameters.Fields["nonsense"] = Value.ForBool(true);
                (run.Settings.BatchSize, run.Settings.LearningRate) = (-1, double.NaN);
            })).Fields.Order());
        Assert.Equal(["training_run.hyperparameters.epochs"], (await RefusedAsync(run => run.Hyperparameters.Fields["epochs"] = Value.ForNumber(3))).Fields);
        Assert.Equal(
            ["training_run.alias", "training_run.model", "training_run.processed_dataset"],
            (await RefusedAsync(run => (run.Alias, run.Model, run.ProcessedDataset) = ("Not An Id", "projects/other/models/m", "projects/other/processedDatasets/d"))).Fields.Order());
        Assert.Equal(
            ["training_run.settings.checkpoint_interval_seconds", "training_run.settings.device"],
            (await RefusedAsync(run => (run.Settings.Device, run.Settings.CheckpointIntervalSeconds) = ("abacus", -1))).Fields.Order());
        Assert.Equal(["training_run.processed_dataset"], (await RefusedAsync(run => run.ProcessedDataset = $"{TrainingCalls.Project}/processedDatasets/single")).Fields);
        var table = Described("table", labels: 4);
        table.SampleShape.Clear();
        table.OutputColumns[0] = new OutputColumn { Name = "features", ElementType = "float32", Shape = { 8 } };
        mesh.Pipelines.Add(table);
        var imageless = await RefusedAsync(run => run.ProcessedDataset = table.Name);
        Assert.Equal(["training_run.processed_dataset"], imageless.Fields);
        Assert.Contains("has no images; its columns are features, label, and training takes images", imageless.Message);
        // Names of other columns than the label, or a label that is no index, are nothing to learn.
        foreach (var column in (OutputColumn[])[new() { Name = "boxes", ElementType = "float32", Shape = { 100, 5 } }, new() { Name = "label", ElementType = "float32", Shape = { 4 } }])
        {
            var detection = Described($"detection-{column.Name}", labels: 4);
            detection.OutputColumns[1] = column;
            mesh.Pipelines.Add(detection);
            var refused = await RefusedAsync(run => run.ProcessedDataset = detection.Name);
            Assert.Equal(["training_run.processed_dataset"], refused.Fields);
            Assert.Contains("has no column label of one class index (int64) a row, which training learns", refused.Message);
        }

        Assert.Equal(["training_run.resources.cpus"], (await RefusedAsync(run => run.Resources = new ResourceSpec { Cpus = 1000 })).Fields);

        Assert.Equal(StatusCode.NotFound, (await TrainingCalls.FailsAsync(() => service.CreateAsync(Changed(run => run.ProcessedDataset += "x")))).Code);
        // Nothing that was refused holds the data.
        Assert.Empty(mesh.Pipelines.HoldersOf(StripesDataset.Name));
        Assert.Empty(service.Errors());

        async Task<(StatusCode Code, string Reason, string[] Fields, string Message)> RefusedAsync(Action<TrainingRun> change)
        {
            var failure = await TrainingCalls.FailsAsync(() => service.CreateAsync(Changed(change)));
            Assert.Equal(StatusCode.InvalidArgument, failure.Code);
            return failure;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Runs_are_created_once_with_their_defaults_listed_cancelled_and_deleted(bool postgres)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(await StripesDataset.WriteAsync(state, train: 2_000, Cancel));
        var other = mesh.Pipelines.Add(Described("other", labels: 4)).Name;
        // What a service left that was killed while it deleted a run.
        Directory.CreateDirectory(state.File("trainer", "runs", ".deleted", "rest"));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        // Long enough that it is still at work below, and the others wait behind it.
        var first = await service.CreateAsync(TrainingCalls.Small(epochs: 5_000), "a", "r-1");
        Assert.Equal("projects/default/trainingRuns/a", first.Name);
        Assert.Equal((5_000, 32, 0.003, 0.01, OptimizerKind.Adamw, ScheduleKind.OneCycle, 5L, 30, "cpu"), (
            first.Settings.Epochs, first.Settings.BatchSize, first.Settings.LearningRate, first.Settings.WeightDecay, first.Settings.Optimizer,
            first.Settings.Schedule, first.Settings.Seed, first.Settings.CheckpointIntervalSeconds, first.Settings.Device));
        Assert.Equal((4.0, "3", true, 0.25, 0.9), (
            first.Hyperparameters.Fields["filters"].NumberValue, first.Hyperparameters.Fields["kernel"].StringValue, first.Hyperparameters.Fields["batch_norm"].BoolValue,
            first.Hyperparameters.Fields["dropout"].NumberValue, first.Hyperparameters.Fields["momentum"].NumberValue));

        Assert.Equal(first.Name, (await service.CreateAsync(TrainingCalls.Small(epochs: 5_000), "a", "r-1")).Name);
        Assert.Equal(StatusCode.InvalidArgument, (await TrainingCalls.FailsAsync(() => service.CreateAsync(TrainingCalls.Small(epochs: 6), "a", "r-1"))).Code);
        Assert.Equal(StatusCode.AlreadyExists, (await TrainingCalls.FailsAsync(() => service.CreateAsync(TrainingCalls.Small(epochs: 6), "a"))).Code);
        Assert.Equal(StatusCode.AlreadyExists, (await TrainingCalls.FailsAsync(() => service.CreateAsync(Changed(run => run.ProcessedDataset = other), "a"))).Code);
        Assert.Empty(mesh.Pipelines.HoldersOf(other));
        var names = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await service.CreateAsync(TrainingCalls.Small(epochs: 7), requestId: "r-2")).Name));
        var second = Assert.Single(names.Distinct());
        Assert.Equal(new[] { first.Name, second }.Order(), mesh.Pipelines.HoldersOf(StripesDataset.Name));

        var page = await service.Training.ListTrainingRunsAsync(new() { Parent = TrainingCalls.Project, PageSize = 1 }, cancellationToken: Cancel);
        var rest = await service.Training.ListTrainingRunsAsync(new() { Parent = TrainingCalls.Project, PageSize = 1, PageToken = page.NextPageToken }, cancellationToken: Cancel);
        Assert.Equal([first.Name, second], page.TrainingRuns.Concat(rest.TrainingRuns).Select(r => r.Name));
        Assert.Equal(2, (await service.Tenancy.CountResourcesAsync(new() { Name = TrainingCalls.Project }, cancellationToken: Cancel)).Counts["trainingRuns"]);

        Assert.Equal("RUN_ACTIVE", (await TrainingCalls.FailsAsync(() => DeleteAsync(service, second))).Reason);
        Assert.Equal("RUN_NOT_SUCCEEDED", (await TrainingCalls.FailsAsync(async () => await service.Training.GetTestPredictionsAsync(new() { Name = second }, cancellationToken: Cancel))).Reason);
        foreach (var name in (string[])[second, first.Name])
        {
            await service.Training.CancelTrainingRunAsync(new() { Name = name }, cancellationToken: Cancel);
            Assert.Equal(JobState.Cancelled, (await service.EndAsync(name)).Run.Status.State);
            await DeleteAsync(service, name);
            Assert.Equal(StatusCode.NotFound, (await TrainingCalls.FailsAsync(() => service.GetAsync(name))).Code);
        }

        Assert.Empty(mesh.Pipelines.HoldersOf(StripesDataset.Name));
        Assert.Empty(Directory.GetDirectories(state.File("trainer", "runs", "default")));
        Assert.Empty(Directory.GetDirectories(state.File("trainer", "runs", ".deleted")));
        Assert.Empty(service.Errors());
    }

    [Fact]
    public async Task A_caller_who_leaves_in_the_middle_leaves_no_pin_without_its_run()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(Described("stripes", labels: 4));
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel);
        mesh.Pipelines.PinGate = new TaskCompletionSource();
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var create = service.Training.CreateTrainingRunAsync(
            new() { Parent = TrainingCalls.Project, TrainingRun = TrainingCalls.Small(epochs: 1) }, cancellationToken: leaves.Token);
        await Eventually.BecomesTrueAsync(() => mesh.Pipelines.PinsWaiting == 1, TimeSpan.FromSeconds(30), "the pin is on its way");
        await leaves.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await TrainingCalls.FailsAsync(async () => await create)).Code);
        mesh.Pipelines.PinGate.SetResult();

        await Eventually.BecomesTrueAsync(() => mesh.Pipelines.HoldersOf(StripesDataset.Name).Count == 1, TimeSpan.FromSeconds(30), "the pin is made");
        await Eventually.BecomesTrueAsync(
            async () => (await service.Training.ListTrainingRunsAsync(new() { Parent = TrainingCalls.Project }, cancellationToken: Cancel))
                .TrainingRuns.Select(r => r.Name).SequenceEqual(mesh.Pipelines.HoldersOf(StripesDataset.Name)),
            TimeSpan.FromSeconds(30), "the run of the pin is there");
    }

    [Fact]
    public async Task A_service_that_is_killed_between_pin_and_run_releases_the_pin_when_it_is_back()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Pipelines.Add(Described("stripes", labels: 4));
        mesh.Pipelines.PinGate = new TaskCompletionSource();
        await using (var killed = await TrainerProcess.StartAsync(state, mesh, Cancel))
        {
            var create = killed.CreateAsync(TrainingCalls.Small(epochs: 1));
            await Eventually.BecomesTrueAsync(() => mesh.Pipelines.PinsWaiting == 1, TimeSpan.FromSeconds(30), "the pin is on its way");
            await killed.KillAsync(Cancel);
            await Assert.ThrowsAsync<RpcException>(() => create);
        }

        mesh.Pipelines.PinGate.SetResult();
        await Eventually.BecomesTrueAsync(() => mesh.Pipelines.HoldersOf(StripesDataset.Name).Count == 1, TimeSpan.FromSeconds(30), "the pin is made");
        await using var service = await TrainerProcess.StartAsync(state, mesh, Cancel);
        await Eventually.BecomesTrueAsync(() => mesh.Pipelines.HoldersOf(StripesDataset.Name).Count == 0, TimeSpan.FromSeconds(30), "the pin is released");
        Assert.Empty(service.Errors());
    }

    private static async Task DeleteAsync(TrainerProcess service, string name) =>
        await service.Training.DeleteTrainingRunAsync(new() { Name = name }, cancellationToken: Cancel);

    private static TrainingRun Changed(Action<TrainingRun> change)
    {
        var run = TrainingCalls.Small(epochs: 2);
        change(run);
        return run;
    }

    /// <summary>Without blobs: for calls that never get as far as a worker.</summary>
    private static ProcessedDataset Described(string id, int labels, int side = 8) => new()
    {
        Name = $"{TrainingCalls.Project}/processedDatasets/{id}",
        SampleShape = { 1, side, side },
        Labels = { StripesDataset.Labels.Take(labels) },
        OutputColumns = { StripesDataset.Columns(side) },
        Splits = { new ProcessedSplit { Name = "train", RowCount = 10 }, new ProcessedSplit { Name = "test", RowCount = 10 } },
    };
}
