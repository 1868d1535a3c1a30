using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.Triggers;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Trainer.V1;
using Xunit;
using Status = Grpc.Core.Status;
using Value = Mesh.Ingest.V1.Value;

namespace Mesh.Preprocessing.Tests;

/// <summary>Triggers: once for each version, whoever is away or killed.</summary>
public class TriggerTests
{
    private const string Dataset = $"{PipelineCalls.Project}/datasets/flow";
    private const string Pipeline = $"{PipelineCalls.Project}/pipelines/a";

    private static readonly (string, string) Often = ("Preprocessing__TriggerSeconds", "0.05");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_new_version_is_processed_and_trained_with_once(bool postgres)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(
            state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null, Often);
        var first = Add(mesh, 1);
        first.Version.Tags.Add("production");
        await service.CreateAsync("a", Numbers());
        var train = await CreateAsync(service, "train", Training());
        var tagged = await CreateAsync(service, "tagged", tag: "production");
        var parsed = Add(mesh, 2, JobState.Running);
        Add(mesh, 3, JobState.Failed);
        var fourth = Add(mesh, 4);
        await IsDoneAsync(service, train, 4);
        Assert.Equal([4], await FiredAsync(service, train));
        parsed.Version.Status.State = JobState.Succeeded;
        await IsDoneAsync(service, train, 2);

        // Version 1 has the tag since before the trigger; back with it, it is no newer than 4.
        await TagAsync(fourth, first);
        await IsDoneAsync(service, tagged, 4);
        await TagAsync(first, fourth);

        // Disabled, it takes later what comes meanwhile.
        await service.Triggers.UpdateTriggerAsync(new() { Name = train.Name, Disabled = true }, cancellationToken: Cancel);
        await TagAsync(Add(mesh, 5), first);
        await IsDoneAsync(service, tagged, 5);
        Assert.Equal([4, 2], await FiredAsync(service, train));
        Assert.False((await service.Triggers.UpdateTriggerAsync(new() { Name = train.Name, Disabled = false }, cancellationToken: Cancel)).Disabled);
        await IsDoneAsync(service, train, 5);

        // The second runs of versions 4 and 5 were answered from the first; 5 was trained with all the same.
        var runs = (await service.Pipelines.ListPipelineRunsAsync(new() { Parent = Pipeline }, cancellationToken: Cancel)).Runs;
        Assert.Equal([2, 4, 4, 5, 5], runs.Select(r => NumberOf(r.DatasetVersion)).Order());
        Assert.Equal(2, runs.Count(r => r.Cached));
        var shown = await GetAsync(service, train);
        Assert.Equal([5, 4, 2], shown.Firings.Select(NumberOf));
        Assert.All(shown.Firings, firing => Assert.Equal((FiringState.Done, ""), (firing.State, firing.Error)));
        Assert.Equal(shown.Firings.Select(f => runs.Single(r => r.Name == f.PipelineRun).ProcessedDataset).Order(), mesh.Trainer.Created.Select(t => t.ProcessedDataset).Order());
        Assert.All(mesh.Trainer.Created, created => Assert.Equal(Training(), new TrainingRun(created) { ProcessedDataset = "" }));
        Assert.Equal([(5, ""), (4, "")], (await GetAsync(service, tagged)).Firings.Select(f => (NumberOf(f), f.TrainingRun)));

        var list = await service.Triggers.ListTriggersAsync(new() { Parent = Pipeline, PageSize = 1 }, cancellationToken: Cancel);
        var rest = await service.Triggers.ListTriggersAsync(new() { Parent = Pipeline, PageToken = list.NextPageToken }, cancellationToken: Cancel);
        Assert.Equal([tagged.Name, train.Name], list.Triggers.Concat(rest.Triggers).Select(t => t.Name));
        Assert.Equal(shown, rest.Triggers.Single());
        await service.Triggers.DeleteTriggerAsync(new() { Name = tagged.Name }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => GetAsync(service, tagged))).Code);
        // A pipeline takes its triggers with it.
        await service.Pipelines.DeletePipelineAsync(new() { Name = Pipeline }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => GetAsync(service, train))).Code);

        // And waits until every trigger has looked since.
        async Task TagAsync(TestData to, TestData from)
        {
            from.Version.Tags.Clear();
            to.Version.Tags.Add("production");
            var calls = mesh.Calls + 6;
            await Eventually.BecomesTrueAsync(() => mesh.Calls >= calls, TimeSpan.FromSeconds(60), "the triggers look");
        }
    }

    [Fact]
    public async Task Who_is_away_is_waited_for_and_what_is_refused_is_given_up_and_keeps_nobody_waiting()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: Often);
        Add(mesh, 1);
        await service.CreateAsync("a", Numbers());
        var (train, plain) = (await CreateAsync(service, "train", Training()), await CreateAsync(service, "plain"));
        mesh.Trainer.Answer = new Status(StatusCode.Unavailable, "away");
        Add(mesh, 2);
        await IsDoneAsync(service, plain, 2);
        await BecomesAsync(service, train, t => t.Firings[0] is { State: FiringState.HandingOver, Error: "Trainer does not answer (Unavailable)." });
        var needed = new PipelineRun { Name = (await GetAsync(service, train)).Firings[0].PipelineRun };
        Assert.Equal("RUN_NEEDED", (await PipelineCalls.FailsAsync(() => service.DeleteRunAsync(needed))).Reason);
        // Back, its first two answers are lost; the third call finds the run that the first one made.
        mesh.Trainer.LoseAnswers = 2;
        mesh.Trainer.Answer = null;
        await IsDoneAsync(service, train, 2);
        Assert.Single(mesh.Trainer.Created);
        await service.Triggers.DeleteTriggerAsync(new() { Name = plain.Name }, cancellationToken: Cancel);

        mesh.Ingest.ListsAway = true;
        await BecomesAsync(service, train, t => t.Error == "Ingest does not answer (Unavailable).");
        // Three versions come: one that the trainer refuses, one that the pipeline can make nothing of, and one with equal
        // records in two parts.
        mesh.Trainer.Answer = new Status(StatusCode.InvalidArgument, "no such architecture");
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        Add(mesh, 3);
        mesh.Ingest.Add(TestData.Table("flow", [new Column { Name = "other", Type = ColumnType.Double }], 10, row => [new Value { DoubleValue = row }], version: 4));
        Add(mesh, 5, different: 1);
        mesh.Ingest.ListsAway = false;
        await BecomesAsync(service, train, t => t.Firings.Count(f => f.State == FiringState.Failed) == 3);
        var ended = await GetAsync(service, train);
        Assert.Equal("", ended.Error);
        var errors = ended.Firings.ToDictionary(NumberOf, f => f.Error);
        Assert.Equal("no such architecture", errors[3]);
        Assert.Contains("does not fit the data", errors[4]);
        Assert.StartsWith("The pipeline run failed: ", errors[5]);
        Assert.Single(mesh.Trainer.Created);
    }

    [Fact]
    public async Task Everything_wrong_with_a_trigger_is_said_at_once_by_field()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: Often);
        Add(mesh, 1);
        await service.CreateAsync("a", Numbers());
        var wrong = new Trigger
        {
            Dataset = "projects/other/datasets/flow", Tag = "latest", Resources = new ResourceSpec { Cpus = 1_000_000, Gpus = 99 }, TrainingRun = new TrainingRun { Name = "n", ProcessedDataset = "d", Model = "projects/other/models/m" },
        };
        var failure = await PipelineCalls.FailsAsync(async () => await service.Triggers.CreateTriggerAsync(new() { Parent = Pipeline, TriggerId = "No", Trigger = wrong }, cancellationToken: Cancel));
        Assert.Equal(
            [
                "trigger.dataset", "trigger.resources.cpus", "trigger.resources.gpus", "trigger.tag", "trigger.training_run.architecture", "trigger.training_run.model", "trigger.training_run.name",
                "trigger.training_run.processed_dataset", "trigger_id",
            ],
            failure.Fields.Order(StringComparer.Ordinal));
        var large = Training();
        large.Alias = new string('x', 70_000);
        Assert.Equal(["trigger.training_run"], (await PipelineCalls.FailsAsync(() => CreateAsync(service, "t", large))).Fields);
        Assert.Equal(["trigger"], (await PipelineCalls.FailsAsync(async () => await service.Triggers.CreateTriggerAsync(new() { Parent = Pipeline, TriggerId = "t" }, cancellationToken: Cancel))).Fields);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(async () => await service.Triggers.CreateTriggerAsync(
            new() { Parent = Pipeline, TriggerId = "t", Trigger = new Trigger { Dataset = $"{Dataset}-none" } }, cancellationToken: Cancel))).Code);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(async () => await service.Triggers.CreateTriggerAsync(
            new() { Parent = Pipeline + "-none", TriggerId = "t", Trigger = new Trigger { Dataset = Dataset } }, cancellationToken: Cancel))).Code);

        var request = new CreateTriggerRequest { Parent = Pipeline, TriggerId = "t", Trigger = new Trigger { Dataset = Dataset, Error = "mine" }, RequestId = "r-1" };
        var created = await service.Triggers.CreateTriggerAsync(request, cancellationToken: Cancel);
        Assert.Equal(($"{Pipeline}/triggers/t", ""), (created.Name, created.Error));
        Assert.Equal(created, await service.Triggers.CreateTriggerAsync(request, cancellationToken: Cancel));
        Assert.Equal(StatusCode.AlreadyExists, (await PipelineCalls.FailsAsync(() => CreateAsync(service, "t"))).Code);
    }

    /// <summary>SIGKILL of the service at random moments: three times, and thirty in the full run.</summary>
    [Fact]
    public async Task A_service_that_is_killed_again_and_again_fires_once_for_each_version()
    {
        const int Versions = 3;
        var rounds = Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 10 : 1;
        var random = new Random(20_261);
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        Add(mesh, 1);
        var service = await StartAsync();
        try
        {
            await service.CreateAsync("a", Numbers());
            var trigger = await CreateAsync(service, "t", Training());
            for (var round = 0; round < rounds; round++)
            {
                var last = ((round + 1) * Versions) + 1;
                for (var version = last - Versions + 1; version <= last; version++)
                {
                    Add(mesh, version);
                }

                mesh.Trainer.LoseAnswers = 2;
                for (var kill = 0; kill < 3; kill++)
                {
                    var calls = mesh.Calls + random.Next(1, 30);
                    await Eventually.BecomesTrueAsync(() => mesh.Calls >= calls, TimeSpan.FromSeconds(60), "the service calls");
                    await service.KillAsync(Cancel);
                    await service.DisposeAsync();
                    service = await StartAsync();
                }

                for (var version = last - Versions + 1; version <= last; version++)
                {
                    await IsDoneAsync(service, trigger, version);
                }
            }

            var expected = Enumerable.Range(2, rounds * Versions);
            var runs = (await service.Pipelines.ListPipelineRunsAsync(new() { Parent = Pipeline, PageSize = 1000 }, cancellationToken: Cancel)).Runs;
            Assert.Equal(expected, runs.Select(r => NumberOf(r.DatasetVersion)).Order());
            Assert.Equal(runs.Select(r => r.ProcessedDataset).Order(), mesh.Trainer.Created.Select(t => t.ProcessedDataset).Order());
        }
        finally
        {
            await service.DisposeAsync();
        }

        Task<PreprocessingProcess> StartAsync() => PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: Often);
    }

    [Fact]
    public void Waits_double_up_to_a_limit() =>
        Assert.Equal([2, 4, 8, 16, 32, 64, 64], new[] { 1, 2, 3, 4, 5, 6, 100 }.Select(failures => Retries.Wait(2, failures).TotalSeconds));

    private static V1.Pipeline Numbers() => new()
    {
        Transforms = { new Transform { Type = "number", Inputs = { "value" } } },
        Split = new SplitSpec { Strategy = SplitStrategy.Random, TestFraction = 0.2 },
    };

    private static TrainingRun Training() => new()
    {
        Architecture = "mlp", Model = $"{PipelineCalls.Project}/models/flow", Alias = "production", Settings = new TrainingSettings { Epochs = 3 },
    };

    private static TestData Add(MeshSeam mesh, int version, JobState state = JobState.Succeeded, int different = 20)
    {
        var data = TestData.Table("flow", [new Column { Name = "value", Type = ColumnType.Double }], 20, row => [new Value { DoubleValue = (row % different) + (version * 1_000) }], version: version);
        data.Version.Status.State = state;
        return mesh.Ingest.Add(data);
    }

    private static async Task<Trigger> CreateAsync(PreprocessingProcess service, string id, TrainingRun? training = null, string tag = "") => await service.Triggers.CreateTriggerAsync(
        new() { Parent = Pipeline, TriggerId = id, Trigger = new Trigger { Dataset = Dataset, Tag = tag, TrainingRun = training } }, cancellationToken: Cancel);

    private static async Task<Trigger> GetAsync(PreprocessingProcess service, Trigger trigger) =>
        await service.Triggers.GetTriggerAsync(new() { Name = trigger.Name }, cancellationToken: Cancel);

    private static async Task<IEnumerable<int>> FiredAsync(PreprocessingProcess service, Trigger trigger) => (await GetAsync(service, trigger)).Firings.Select(NumberOf);

    private static Task IsDoneAsync(PreprocessingProcess service, Trigger trigger, int version) =>
        BecomesAsync(service, trigger, t => t.Firings.Any(f => NumberOf(f) == version && f.State == FiringState.Done));

    private static async Task BecomesAsync(PreprocessingProcess service, Trigger trigger, Func<Trigger, bool> holds)
    {
        var seen = trigger;
        try
        {
            await Eventually.BecomesTrueAsync(async () => holds(seen = await GetAsync(service, trigger)), TimeSpan.FromSeconds(60), "the trigger");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"The trigger stays {seen}", e);
        }
    }

    private static int NumberOf(TriggerFiring firing) => NumberOf(firing.DatasetVersion);

    private static int NumberOf(string version) => int.Parse(version.Split('/')[^1]);
}
