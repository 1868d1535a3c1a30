using System.Text.Json;
using Mesh.Cli.Tests.Support;
using Mesh.Identity.V1;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;

namespace Mesh.Cli.Tests.Commands;

public sealed class OutputTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_are_tables()
    {
        await using var server = await MeshServer.StartAsync();
        server.State.Put("projects/vision", new Project { Name = "projects/vision", DisplayName = "Vision\u001b[31m team", State = ProjectState.Active });

        var result = await MeshProcess.RunAsync(server.Address, "project", "list");

        Assert.Equal("PROJECT  NAME              STATE   CREATED\nvision   Vision [31m team  active  -\n", result.Out);
    }

    [Fact]
    public async Task Lists_are_one_message_as_json()
    {
        await using var server = await MeshServer.StartAsync();
        server.State.Put("projects/vision", new Project { Name = "projects/vision", DisplayName = "Vision team" });

        var result = await MeshProcess.RunAsync(server.Address, "project", "list", "--output", "json");

        var list = ListProjectsResponse.Parser.ParseJson(result.Out);
        Assert.Equal("Vision team", Assert.Single(list.Projects).DisplayName);
    }

    [Fact]
    public async Task What_to_type_next_is_for_the_same_project_and_mesh()
    {
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, "dataset", "create", "pets", "--project", "vision", "--gateway", server.Address.Authority);

        Assert.Equal($"Created projects/vision/datasets/pets. Next: mesh dataset upload pets FILES --project vision --gateway {server.Address.Authority}\n", result.Out);
    }

    [Fact]
    public async Task A_full_name_is_uploaded_to_in_its_own_project()
    {
        await using var server = await MeshServer.StartAsync();
        using var data = new TemporaryFolder();
        TestData.Write(data.Path);

        var result = await MeshProcess.RunAsync(server.Address, "dataset", "upload", "projects/vision/datasets/pets", data.Path);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        // A format by the word that --format takes.
        Assert.Matches("(?m)^format +idx$", result.Out);
        Assert.Single(server.State.All<Dataset>("projects/vision/"));
        Assert.Equal(4, server.State.All<Upload>("projects/vision/").Count());
        Assert.Empty(server.State.All<Dataset>("projects/default/"));
    }

    [Fact]
    public async Task Training_shows_its_epochs_on_plain_lines()
    {
        await using var server = await MeshServer.StartAsync();
        AddProcessedDataset(server);

        var result = await MeshProcess.RunAsync(server.Address, "train", "start", "--epochs", "2", "--set", "width=32", "--learning-rate", "0.01");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("\n  epoch 1/2  loss 1.0000  val loss 1.5000  val accuracy 80.00%  1,702 images/s  1.3 s\n", result.Out);
        Assert.Contains("\n  epoch 2/2  loss 0.5000", result.Out);
        Assert.Contains("\ntest accuracy  83.33% of 60", result.Out);
        Assert.DoesNotContain('\u001b', result.Out);
    }

    [Fact]
    public async Task Training_as_json_puts_the_run_alone_on_standard_output()
    {
        await using var server = await MeshServer.StartAsync();
        AddProcessedDataset(server);

        var result = await MeshProcess.RunAsync(server.Address, "train", "start", "--output", "json");

        using var run = JsonDocument.Parse(result.Out);
        Assert.Equal("JOB_STATE_SUCCEEDED", run.RootElement.GetProperty("status").GetProperty("state").GetString());
        Assert.Equal("projects/default/models/d", run.RootElement.GetProperty("model").GetString());
        Assert.Contains("epoch 1/1", result.Error);
    }

    [Fact]
    public async Task Quiet_shows_no_progress()
    {
        await using var server = await MeshServer.StartAsync();
        AddProcessedDataset(server);

        var result = await MeshProcess.RunAsync(server.Address, "train", "start", "--output", "json", "--quiet");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task A_pipeline_carries_its_transforms_and_split()
    {
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(
            server.Address, "pipeline", "create", "gray28", "-t", "decode-image", "-t", "resize width=28 height=28", "--validation", "0.2", "-o", "json");

        Assert.Equal(0, result.ExitCode);
        var pipeline = Pipeline.Parser.ParseJson(result.Out);
        Assert.Equal(["decode-image", "resize"], pipeline.Transforms.Select(t => t.Type));
        Assert.Equal(28, pipeline.Transforms[1].Parameters.Fields["width"].NumberValue);
        Assert.Equal((0.2, 0.1, 1), (pipeline.Split.ValidationFraction, pipeline.Split.TestFraction, pipeline.Split.Seed));
    }

    [Fact]
    public async Task An_upload_makes_the_dataset_and_a_version()
    {
        using var data = new TemporaryFolder();
        TestData.Write(data.Path);
        await File.WriteAllTextAsync(data.File("README.md"), "not data", Cancel);
        await using var server = await MeshServer.StartAsync();
        server.State.RestartDuring["upload"] = true;

        var result = await MeshProcess.RunAsync(server.Address, "dataset", "upload", "clothes", data.Path);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("Created projects/default/datasets/clothes.", result.Out);
        Assert.Contains("splits    train 40, test 60", result.Out);
        var version = server.State.Get<Mesh.Ingest.V1.DatasetVersion>("projects/default/datasets/clothes/versions/1");
        Assert.Equal(4, version.Files.Count);
    }

    [Fact]
    public async Task A_download_is_the_whole_bundle_though_the_mesh_restarts()
    {
        using var folder = new TemporaryFolder();
        await using var server = await MeshServer.StartAsync();
        server.State.RestartDuring["download"] = true;

        var result = await MeshProcess.RunAsync(server.Address, "model", "download", "fashion-mnist", "--to", folder.File("m.tar"));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(Models.Bundle, await File.ReadAllBytesAsync(folder.File("m.tar"), Cancel));
        Assert.Equal(["m.tar"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Status_asks_every_service()
    {
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, "status", "--output", "json");

        Assert.Equal(0, result.ExitCode);
        using var status = JsonDocument.Parse(result.Out);
        var services = status.RootElement.GetProperty("services").EnumerateArray().ToList();
        Assert.Equal(["identity", "ingest", "preprocessing", "trainer", "registry", "inference"], services.Select(s => s.GetProperty("name").GetString()));
        Assert.All(services, s => Assert.True(s.GetProperty("ok").GetBoolean()));
    }

    private static void AddProcessedDataset(MeshServer server) => server.State.Put(
        "projects/default/processedDatasets/ab", new ProcessedDataset { Name = "projects/default/processedDatasets/ab", DatasetVersion = "projects/default/datasets/d/versions/1" });
}
