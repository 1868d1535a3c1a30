using Grpc.Core;
using Mesh.Client;
using Mesh.Inference.V1;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Registry.V1;
using Mesh.Scenarios.Harness;
using Mesh.Tests.Shared;
using Mesh.Trainer.V1;

namespace Mesh.Scenarios;

/// <summary>Real processes, SIGKILL, and the demo that must still come out right.</summary>
[Collection("mesh")]
public sealed class KillTests
{
    private static readonly TimeSpan DemoTimeout = TimeSpan.FromMinutes(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Each service dies once while its own stage runs, and the demo still completes with nothing done twice.</summary>
    [Fact]
    public async Task The_demo_survives_the_death_of_every_service()
    {
        using var folder = new TemporaryFolder();
        await using var mesh = await RunningMesh.StartAsync(folder.File("state"));
        using var client = mesh.Connect();
        var json = folder.File("summary.json");
        using var demo = MeshCommand.Start(mesh, "demo", "--json", json, "--epochs", "4");

        // Ingest, as soon as there is an upload to lose.
        await BecomesAsync(demo, async () => (await client.Datasets.ListDatasetsAsync(new ListDatasetsRequest { Parent = "projects/default" })).Datasets.Count == 1, "the dataset is created");
        mesh.Kill("Ingest");
        mesh.Kill("Identity");

        // Preprocessing, in the middle of its run.
        await BecomesAsync(demo, async () => await PipelineRunAsync(client) is { Status.State: JobState.Running }, "the pipeline run works");
        mesh.Kill("Preprocessing");

        // The worker in the middle of an epoch, after a checkpoint; then the service with its next worker.
        var run = await GivesAsync(demo, async () => await TrainingRunAsync(client), "the training run");
        await BecomesAsync(demo, async () => (await TrainingRunAsync(client))?.LastEpoch is { Epoch: >= 1 }, "the first epoch is done");
        ProcessTable.Kill(mesh.WorkersOf("Trainer").Single());
        await BecomesAsync(demo, async () => (await TrainingRunAsync(client))?.Status is { Attempt: >= 2, State: JobState.Running }, "the second attempt runs");
        mesh.Kill("Gateway");
        mesh.Kill("Trainer");
        await BecomesAsync(demo, async () => (await TrainingRunAsync(client))?.Status is { Attempt: >= 3 }, "the third attempt runs");

        // The registry before the bundle comes.
        mesh.Kill("Registry");

        var code = await demo.ExitAsync(DemoTimeout);
        Assert.True(code == 0, demo.Output + mesh.Output);
        var runs = await client.Training.ListTrainingRunsAsync(new ListTrainingRunsRequest { Parent = "projects/default" }, cancellationToken: Cancel);
        var only = Assert.Single(runs.TrainingRuns);
        Assert.Equal(run.Name, only.Name);
        Assert.InRange(only.Status.Attempt, 3, 6);
        var datasets = await client.Datasets.ListDatasetVersionsAsync(new ListDatasetVersionsRequest { Parent = "projects/default/datasets/fashion-mnist" }, cancellationToken: Cancel);
        Assert.Single(datasets.Versions);
        var models = await client.Models.ListModelVersionsAsync(new ListModelVersionsRequest { Parent = "projects/default/models/fashion-mnist" }, cancellationToken: Cancel);
        Assert.Single(models.Versions);

        await A_replica_dies_under_load(mesh, client);
        await The_app_host_dies(mesh, folder.File("state"), only);
        Assert.Empty(RunningMesh.ErrorLines(folder.File("state")));
    }

    /// <summary>No unary client sees an error while replicas are killed one after the other.</summary>
    private static async Task A_replica_dies_under_load(RunningMesh mesh, MeshClient client)
    {
        var image = Google.Protobuf.ByteString.CopyFrom(await File.ReadAllBytesAsync(Directory.EnumerateFiles(Path.Combine(mesh.State, "samples"), "*.png").First(), Cancel));
        // No retries in the client: the gateway alone must hide the deaths.
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(mesh.Grpc);
        var predictions = new PredictionService.PredictionServiceClient(channel);
        using var stop = new CancellationTokenSource();
        var answered = 0;
        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var request = new PredictRequest { Name = "projects/default/deployments/fashion-mnist", Instances = { new Instance { Image = image } } };
                await predictions.PredictAsync(request, deadline: DateTime.UtcNow.AddSeconds(20));
                Interlocked.Increment(ref answered);
            }
        })).ToArray();

        var ready = await BecomesReadyAsync(client);
        for (var kill = 0; kill < (Built.Full ? 6 : 2); kill++)
        {
            var before = Volatile.Read(ref answered);
            await Eventually.BecomesTrueAsync(() => Volatile.Read(ref answered) > before + 200, TimeSpan.FromSeconds(30), "the load runs");
            mesh.Kill("Inference");
            // Two again, and not the two that the directory knew before it heard of the death.
            ready = await BecomesReadyAsync(client, not: ready);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    /// <summary>The app host dies without a word: no orphan stays, and the next start has everything.</summary>
    private static async Task The_app_host_dies(RunningMesh mesh, string state, TrainingRun known)
    {
        var processes = mesh.AllProcesses();
        mesh.KillHost();
        await Eventually.BecomesTrueAsync(() => !processes.Any(ProcessTable.IsAlive), TimeSpan.FromSeconds(15), "no process is left");

        await using var again = await RunningMesh.StartAsync(state);
        using var client = again.Connect();
        var run = await client.Training.GetTrainingRunAsync(new GetTrainingRunRequest { Name = known.Name }, cancellationToken: Cancel);
        Assert.Equal(known, run);
        await BecomesReadyAsync(client);
    }

    /// <summary>The ids of two ready replicas, at least one of which is not among <paramref name="not"/>.</summary>
    private static async Task<IReadOnlySet<string>> BecomesReadyAsync(MeshClient client, IReadOnlySet<string>? not = null)
    {
        HashSet<string> ready = [];
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var deployment = await client.Deployments.GetDeploymentAsync(new GetDeploymentRequest { Name = "projects/default/deployments/fashion-mnist" });
                ready = [.. deployment.ReplicaStatus.Where(r => r.State == ServedModelState.Ready).Select(r => r.ReplicaId)];
                return ready.Count == 2 && not?.SetEquals(ready) != true;
            },
            TimeSpan.FromSeconds(60), "two replicas are ready");
        return ready;
    }

    private static async Task<PipelineRun?> PipelineRunAsync(MeshClient client)
    {
        var pipelines = await client.Pipelines.ListPipelinesAsync(new ListPipelinesRequest { Parent = "projects/default" });
        return pipelines.Pipelines.FirstOrDefault() is { } pipeline
            ? (await client.Pipelines.ListPipelineRunsAsync(new ListPipelineRunsRequest { Parent = pipeline.Name })).Runs.FirstOrDefault()
            : null;
    }

    private static async Task<TrainingRun?> TrainingRunAsync(MeshClient client) =>
        (await client.Training.ListTrainingRunsAsync(new ListTrainingRunsRequest { Parent = "projects/default" })).TrainingRuns.FirstOrDefault();

    private static async Task<T> GivesAsync<T>(MeshCommand demo, Func<Task<T?>> probe, string what)
        where T : class
    {
        T? found = null;
        await BecomesAsync(demo, async () => (found = await probe()) is not null, what);
        return found!;
    }

    private static Task BecomesAsync(MeshCommand demo, Func<Task<bool>> condition, string what) => Eventually.BecomesTrueAsync(
        async () =>
        {
            if (demo.HasExited)
            {
                throw new InvalidOperationException($"The demo ended before {what}:\n{demo.Output}");
            }

            try
            {
                return await condition();
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.NotFound or StatusCode.DeadlineExceeded)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(120), what);
}
