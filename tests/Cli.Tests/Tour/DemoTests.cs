using System.Text.Json;
using Mesh.Cli.Tests.Support;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Cli.Tests.Tour;

public sealed class DemoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DemoTests() => TestData.Write(Directory.CreateDirectory(_folder.File("data")).FullName);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goes_the_whole_way_and_reports_it()
    {
        await using var server = await MeshServer.StartAsync();

        var result = await DemoAsync(server);

        Assert.True(result.ExitCode == 0, result.Out + result.Error);
        foreach (var line in new[] { "40 training and 60 test images", "upload: done", "ingest: done", "preprocess: done", "epoch 3/3", "train: done", "deploy: done", "serve: done", "0 mismatches" })
        {
            Assert.Contains(line, result.Out);
        }

        Assert.Matches(@"replicas\s+inference-0 answered 30, inference-1 answered 30", result.Out);
        Assert.DoesNotContain('\u001b', result.Out);
        server.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task Writes_exactly_the_agreed_figures()
    {
        await using var server = await MeshServer.StartAsync();

        await DemoAsync(server);

        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("report.json"), Cancel));
        var root = report.RootElement;
        Assert.Equal(["train_images", "test_images", "test_accuracy", "onnx_max_abs_diff", "served", "model", "stages"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal((40, 60), (root.GetProperty("train_images").GetInt32(), root.GetProperty("test_images").GetInt32()));
        Assert.Equal((TestData.Accuracy, 1.5e-6), (root.GetProperty("test_accuracy").GetDouble(), root.GetProperty("onnx_max_abs_diff").GetDouble()));
        var served = root.GetProperty("served");
        Assert.Equal(["requests", "mismatches", "accuracy"], served.EnumerateObject().Select(p => p.Name));
        Assert.Equal((60, 0), (served.GetProperty("requests").GetInt32(), served.GetProperty("mismatches").GetInt32()));
        Assert.Equal(TestData.Accuracy, served.GetProperty("accuracy").GetDouble(), 12);
        Assert.Equal("projects/default/models/fashion-mnist/versions/1", root.GetProperty("model").GetString());
        Assert.Equal(["upload", "ingest", "preprocess", "train", "deploy", "serve"], root.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.All(root.GetProperty("stages").EnumerateArray(), s => Assert.True(s.GetProperty("seconds").GetDouble() >= 0));
    }

    [Fact]
    public async Task The_commands_it_prints_have_their_files()
    {
        await using var server = await MeshServer.StartAsync();

        var result = await DemoAsync(server);

        var samples = _folder.File("state", "samples");
        Assert.Contains($"predict fashion-mnist {samples}/test-0.png {samples}/test-1.png {samples}/test-2.png --gateway {server.Address.ToString().TrimEnd('/')}\n", result.Out);
        Assert.Contains($"-d @{samples}/request.json http://127.0.0.1:8000/v1/projects/default/deployments/fashion-mnist:predict\n", result.Out);
        Assert.Contains($"{server.Address.Authority} mesh.inference.v1.PredictionService/Predict < {samples}/request-grpc.json\n", result.Out);
        var predicted = await MeshProcess.RunAsync(server.Address, "predict", "fashion-mnist", $"{samples}/test-0.png", $"{samples}/test-1.png");
        Assert.Equal((0, ""), (predicted.ExitCode, predicted.Error));
        Assert.Contains("test-0.png  class 1  75.00%\ntest-1.png  class 1  75.00%\n", predicted.Out);
        var request = Mesh.Inference.V1.PredictRequest.Parser.ParseJson(await File.ReadAllTextAsync($"{samples}/request-grpc.json", Cancel));
        Assert.Equal(File.ReadAllBytes($"{samples}/test-0.png"), request.Instances[0].Image.ToByteArray());
    }

    [Fact]
    public async Task Rides_out_restarts_in_every_stage()
    {
        await using var server = await MeshServer.StartAsync();
        foreach (var stage in new[] { "upload", "ingest", "preprocess", "train", "deploy" })
        {
            server.State.RestartDuring[stage] = true;
        }

        server.State.RestartAfterPredictions = 20;
        var result = await DemoAsync(server);

        Assert.True(result.ExitCode == 0, result.Out + result.Error);
        Assert.Empty(server.State.RestartDuring);
        Assert.Equal(["1", "2", "3"], System.Text.RegularExpressions.Regex.Matches(result.Out, @"  epoch (\d)/3 ").Select(m => m.Groups[1].Value));
        Assert.All(server.State.Created, made => Assert.Equal(made.Key == "uploads" ? 4 : 1, made.Value));
    }

    [Fact]
    public async Task Takes_what_is_there_when_it_runs_again()
    {
        await using var server = await MeshServer.StartAsync();
        await DemoAsync(server);

        var again = await DemoAsync(server);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("the same files are there already: fashion-mnist/1", again.Out);
        Assert.Equal((1, 4, 1, 1, 2), (Made("datasets"), Made("uploads"), Made("versions"), Made("pipelines"), Made("trainingRuns")));

        int Made(string kind) => server.State.Created[kind];
    }

    [Fact]
    public async Task Fails_when_serving_answers_otherwise_than_the_trainer()
    {
        await using var server = await MeshServer.StartAsync();
        server.State.WrongAnswers.UnionWith([7, 31]);

        var result = await DemoAsync(server);

        Assert.Equal((1, "mesh: The demo did not hold: 2 answers differ from the trainer's own.\n"), (result.ExitCode, result.Error));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("report.json"), Cancel));
        Assert.Equal(2, report.RootElement.GetProperty("served").GetProperty("mismatches").GetInt32());
    }

    [Fact]
    public async Task Fails_when_the_training_fails()
    {
        await using var server = await MeshServer.StartAsync();
        server.State.TrainingFails = "LOSS_DIVERGED";

        var result = await DemoAsync(server);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("[LOSS_DIVERGED]", result.Error);
        Assert.False(File.Exists(_folder.File("report.json")));
    }

    [Fact]
    public async Task Says_which_file_is_missing()
    {
        File.Delete(_folder.File("data", "t10k-labels-idx1-ubyte.gz"));
        await using var server = await MeshServer.StartAsync();

        var result = await DemoAsync(server);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"mesh: {_folder.File("data")} has no t10k-labels-idx1-ubyte.gz.", result.Error);
    }

    public void Dispose() => _folder.Dispose();

    private Task<Result> DemoAsync(MeshServer server) => MeshProcess.RunAsync(
        server.Address, new Dictionary<string, string> { ["MESH_STATE"] = _folder.File("state") },
        "demo", "--data", _folder.File("data"), "--epochs", "3", "--json", _folder.File("report.json"));
}
