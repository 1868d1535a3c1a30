using System.Net;
using System.Net.Sockets;
using Mesh.Cli.Tests.Support;
using Mesh.Preprocessing.V1;
using Xunit;

namespace Mesh.Cli.Tests.Running;

public sealed class ExitCodeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refusal_ends_with_1_and_each_violation_on_a_line()
    {
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, "project", "create", "Vision");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Out);
        Assert.Equal("mesh: The mesh refused the request:\n  project_id: use lower-case letters.\n  project.display_name: is too long.\n", result.Error);
    }

    [Fact]
    public async Task A_refusal_names_its_reason()
    {
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, "project", "delete", "vision");

        Assert.Equal((1, "mesh: projects/vision still holds 2 datasets. [PROJECT_NOT_EMPTY]\n"), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("mesh: Required command was not provided.\nCommands: create, upload, import, download, list, show, head, records, stats, rejected, diff, tag, verify, delete\nHelp: mesh dataset --help\n", "dataset")]
    [InlineData("mesh: Unrecognized command or argument '--bogus'.\nHelp: mesh project list --help\n", "project", "list", "--bogus")]
    [InlineData("mesh: File does not exist: '/no/such/file.png'.\nHelp: mesh predict --help\n", "predict", "x", "/no/such/file.png")]
    [InlineData("mesh: 'ftp://x' is not an address such as http://127.0.0.1:8001.\nHelp: mesh status --help\n", "status", "--gateway", "ftp://x")]
    [InlineData("mesh: Give either a VERSION or --delete.\nHelp: mesh model alias --help\n", "model", "alias", "m", "production")]
    [InlineData("mesh: --epochs must be at least 1.\nHelp: mesh demo --help\n", "demo", "--epochs", "0")]
    public async Task A_wrong_command_line_ends_with_2(string error, params string[] args)
    {
        var result = await MeshProcess.RunAsync(new Uri("http://127.0.0.1:1"), args);

        Assert.Equal((2, "", error), (result.ExitCode, result.Out, result.Error));
    }

    [Fact]
    public async Task Nobody_there_ends_with_3_and_says_how_to_start()
    {
        var gateway = new Uri($"http://127.0.0.1:{FreePort()}");

        var result = await MeshProcess.RunAsync(gateway, "project", "list");

        Assert.Equal((3, $"mesh: No mesh answers at {gateway.ToString().TrimEnd('/')}. Start one: dotnet run -c Release --project AppHost\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task An_address_that_is_none_in_the_environment_is_named_and_an_option_goes_before_it()
    {
        await using var server = await MeshServer.StartAsync();
        var wrong = new Dictionary<string, string> { ["MESH_GATEWAY_GRPC"] = "ftp://x" };

        var refused = await MeshProcess.RunAsync(server.Address, wrong, "project", "list");
        var given = await MeshProcess.RunAsync(server.Address, wrong, "project", "list", "--gateway", server.Address.Authority);
        var bare = await MeshProcess.RunAsync(server.Address, new Dictionary<string, string> { ["MESH_GATEWAY_GRPC"] = server.Address.Authority }, "project", "list");

        Assert.Equal((2, "mesh: MESH_GATEWAY_GRPC is 'ftp://x', which is not an address such as http://127.0.0.1:8001.\n"), (refused.ExitCode, refused.Error));
        Assert.Equal((0, 0), (given.ExitCode, bare.ExitCode));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("status")]
    public async Task Every_command_tells_soon_that_nobody_is_there(string command)
    {
        var result = await MeshProcess.RunAsync(new Uri($"http://127.0.0.1:{FreePort()}"), command);

        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith("mesh: No mesh answers at ", result.Error);
    }

    [Fact]
    public async Task A_port_that_does_not_speak_gRPC_ends_with_3()
    {
        using var listener = new HttpListener();
        var address = new Uri($"http://127.0.0.1:{FreePort()}/");
        listener.Prefixes.Add(address.ToString());
        listener.Start();

        var result = await MeshProcess.RunAsync(address, "project", "list");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("does not speak gRPC", result.Error);
    }

    [Fact]
    public async Task A_job_that_fails_ends_with_1()
    {
        await using var server = await MeshServer.StartAsync();
        server.State.TrainingFails = "LOSS_DIVERGED";
        AddProcessedDataset(server);

        var result = await MeshProcess.RunAsync(server.Address, "train", "start", "--epochs", "2");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"^mesh: projects/default/trainingRuns/run-\w+ failed in attempt 1: The loss is not a number after step 120\. \[LOSS_DIVERGED\]\n$", result.Error);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Ctrl_C_leaves_the_job_and_says_how_to_see_it_again(string signal, int exitCode)
    {
        await using var server = await MeshServer.StartAsync();
        server.State.HoldEpoch = 3;
        AddProcessedDataset(server);

        using var mesh = MeshProcess.Start(server.Address, new Dictionary<string, string>(), "train", "start", "--epochs", "5");
        await server.State.Held.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await mesh.SignalAsync(signal);
        var result = await mesh.EndAsync();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Matches(@"^Stopped watching; (projects/default/trainingRuns/(run-\w+)) goes on\. Watch it again: mesh train watch \2\n$", result.Error);
        Assert.DoesNotContain("   at ", result.Out + result.Error);
    }

    private static void AddProcessedDataset(MeshServer server) => server.State.Put(
        "projects/default/processedDatasets/ab", new ProcessedDataset { Name = "projects/default/processedDatasets/ab", DatasetVersion = "projects/default/datasets/d/versions/1" });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
