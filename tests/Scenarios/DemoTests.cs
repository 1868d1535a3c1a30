using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Mesh.Client;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Registry.V1;
using Mesh.Scenarios.Harness;
using Mesh.Tests.Shared;
using Mesh.Trainer.V1;

namespace Mesh.Scenarios;

/// <summary>The README's first command, as a newcomer runs it.</summary>
[Collection("mesh")]
public sealed class DemoTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_takes_raw_files_to_served_predictions()
    {
        using var folder = new TemporaryFolder();
        var state = folder.File("state");
        var json = folder.File("summary.json");
        var clock = Stopwatch.StartNew();
        var (code, output) = await RunAsync(["demo", "--exit", "--json", json, "--state", state, "--http-port", "0", "--grpc-port", "0"], TimeSpan.FromMinutes(6));
        Assert.True(code == 0, output);

        using var summary = JsonDocument.Parse(await File.ReadAllTextAsync(json, Cancel));
        var root = summary.RootElement;
        Assert.Equal(10_000, root.GetProperty("train_images").GetInt64());
        Assert.Equal(2_000, root.GetProperty("test_images").GetInt64());
        Assert.InRange(root.GetProperty("test_accuracy").GetDouble(), 0.86, 1);
        Assert.InRange(root.GetProperty("onnx_max_abs_diff").GetDouble(), 0, 1e-4);
        var served = root.GetProperty("served");
        Assert.Equal(2_000, served.GetProperty("requests").GetInt64());
        Assert.Equal(0, served.GetProperty("mismatches").GetInt64());
        Assert.Equal(root.GetProperty("test_accuracy").GetDouble(), served.GetProperty("accuracy").GetDouble(), 6);
        Assert.StartsWith("projects/default/models/", root.GetProperty("model").GetString());
        var stages = root.GetProperty("stages").EnumerateArray().ToList();
        Assert.True(stages.Count >= 5);
        Assert.True(stages.Sum(s => s.GetProperty("seconds").GetDouble()) < 240, $"healthy to done in under four minutes\n{output}");

        Assert.Empty(RunningMesh.ErrorLines(state));
        await Everything_is_still_there_at_the_second_start(state, root.GetProperty("model").GetString()!);
    }

    /// <summary>A second start on the same state, without the demo.</summary>
    private static async Task Everything_is_still_there_at_the_second_start(string state, string model)
    {
        // The short watch on an idle job must still be longer than what the gateway allows a silent stream.
        await using var mesh = await RunningMesh.StartAsync(state, [.. Built.Full ? [] : new[] { ("Gateway__ActivityTimeoutSeconds", "20") }]);
        using var client = mesh.Connect();
        var datasets = await client.Datasets.ListDatasetsAsync(new ListDatasetsRequest { Parent = "projects/default" }, cancellationToken: Cancel);
        Assert.NotEmpty(Assert.Single(datasets.Datasets).LatestVersion);
        var version = await client.Models.GetModelVersionAsync(new GetModelVersionRequest { Name = model }, cancellationToken: Cancel);
        Assert.Contains("production", version.Aliases);
        var run = await client.Training.GetTrainingRunAsync(new GetTrainingRunRequest { Name = version.Lineage.TrainingRun }, cancellationToken: Cancel);
        Assert.Equal(model, run.ModelVersion);
        Assert.Equal(run.ProcessedDataset, version.Lineage.ProcessedDataset);
        Assert.StartsWith("projects/default/datasets/", version.Lineage.DatasetVersion);
        Assert.Contains("/runs/", version.Lineage.PipelineRun);
        Assert.NotEmpty(version.Lineage.CodeVersion);

        // Both replicas load it again by themselves.
        await Eventually.BecomesTrueAsync(
            async () => (await client.Deployments.ListDeploymentsAsync(new ListDeploymentsRequest { Parent = "projects/default" }, cancellationToken: Cancel))
                .Deployments.Single().ReadyReplicas == 2,
            TimeSpan.FromSeconds(30), "both replicas serve the deployment");
        await A_watch_on_an_idle_job_stays_open(client, run);
        Assert.Empty(RunningMesh.ErrorLines(state));
    }

    /// <summary>A run that waits for the cores of another says nothing new; the gateway must not take its watch for dead.</summary>
    private static async Task A_watch_on_an_idle_job_stays_open(MeshClient client, TrainingRun like)
    {
        var busy = await CreateLongRunAsync(client, like, "busy");
        var idle = await CreateLongRunAsync(client, like, "idle");
        var length = Built.Full ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(35);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        enough.CancelAfter(length);
        using var watch = client.Training.WatchTrainingRun(new WatchTrainingRunRequest { Name = idle.Name }, cancellationToken: enough.Token);
        var messages = 0;
        var broke = await Assert.ThrowsAnyAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(enough.Token))
            {
                Assert.Equal(JobState.Queued, watch.ResponseStream.Current.TrainingRun.Status.State);
                messages++;
            }
        });
        Assert.True(enough.IsCancellationRequested, $"the watch ended by itself: {broke.Status}");
        // At once, then at least every 15 s.
        Assert.True(messages >= (int)(length.TotalSeconds / 16) + 1, $"{messages} messages in {length}");

        foreach (var run in new[] { idle, busy })
        {
            await client.Training.CancelTrainingRunAsync(new CancelTrainingRunRequest { Name = run.Name }, cancellationToken: Cancel);
            await Eventually.BecomesTrueAsync(
                async () => (await client.Training.GetTrainingRunAsync(new GetTrainingRunRequest { Name = run.Name }, cancellationToken: Cancel)).Status.State == JobState.Cancelled,
                TimeSpan.FromSeconds(60), $"{run.Name} is cancelled");
        }
    }

    private static async Task<TrainingRun> CreateLongRunAsync(MeshClient client, TrainingRun like, string id) => await client.Training.CreateTrainingRunAsync(
        new CreateTrainingRunRequest
        {
            Parent = "projects/default",
            TrainingRunId = id,
            TrainingRun = new TrainingRun
            {
                ProcessedDataset = like.ProcessedDataset, Architecture = "cnn", Model = like.Model, Settings = new TrainingSettings { Epochs = 100_000 },
            },
        },
        cancellationToken: Cancel);

    [Fact]
    public async Task The_full_set_reaches_its_accuracy()
    {
        const string Data = "/usr/share/datasets/fashion-mnist";
        Assert.SkipUnless(Built.Full && Directory.Exists(Data), "part of tests/run --full, with the Debian package dataset-fashion-mnist");
        using var folder = new TemporaryFolder();
        var json = folder.File("summary.json");
        var (code, output) = await RunAsync(
            ["demo", "--exit", "--json", json, "--data", Data, "--epochs", "5", "--state", folder.File("state"), "--http-port", "0", "--grpc-port", "0"], TimeSpan.FromMinutes(30));
        Assert.True(code == 0, output);
        using var summary = JsonDocument.Parse(await File.ReadAllTextAsync(json, Cancel));
        Assert.Equal(60_000, summary.RootElement.GetProperty("train_images").GetInt64());
        Assert.InRange(summary.RootElement.GetProperty("test_accuracy").GetDouble(), 0.91, 1);
        Assert.Equal(0, summary.RootElement.GetProperty("served").GetProperty("mismatches").GetInt64());
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] arguments, TimeSpan timeout)
    {
        using var host = Process.Start(new ProcessStartInfo("dotnet", ["exec", Built.AppHost, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = RepoRoot.Path,
        })!;
        var output = new ProcessOutput(host);
        try
        {
            await host.WaitForExitAsync(Cancel).WaitAsync(timeout, Cancel);
        }
        catch (TimeoutException)
        {
            host.Kill(entireProcessTree: true);
            return (-1, output.Text + "\n(ran out of time)");
        }

        return (host.ExitCode, output.Text);
    }
}
