using System.Net;
using System.Net.Sockets;

namespace Mesh.AppHost.Tests;

/// <summary>The app host as a process: signals, exit codes, what it prints.</summary>
public sealed class HostProcessTests : IDisposable
{
    private readonly TemporaryFolder state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public async Task SIGKILL_of_the_app_host_leaves_no_orphan()
    {
        using var host = HostProcess.Test(["--state", state.Path]);
        await host.PrintsAsync("Ready after");
        var children = await AllChildrenAsync();
        Assert.All(children, child => Assert.True(Processes.IsRunning(child)));

        host.Signal(Processes.Kill);

        await Eventually.BecomesTrueAsync(() => !children.Any(Processes.IsRunning), TimeSpan.FromSeconds(10), "all children are gone");
    }

    [Fact]
    public async Task No_child_holds_the_pipe_of_another()
    {
        using var host = HostProcess.Test(["--state", state.Path]);
        await host.PrintsAsync("Ready after");
        var children = await AllChildrenAsync();

        foreach (var child in Starts.Of(state, "store").Concat(Starts.Of(state, "worker")))
        {
            var input = new FileInfo($"/proc/{child}/fd/0").LinkTarget!;
            Assert.StartsWith("pipe:", input);
            var holders = children.Append(host.Id).Where(id => Directory.EnumerateFiles($"/proc/{id}/fd").Any(file => new FileInfo(file).LinkTarget == input));
            Assert.Equal([child, host.Id], holders);
        }
        host.Signal(Processes.Terminate);
        Assert.Equal(0, await host.ExitAsync());
    }

    [Theory]
    [InlineData(Processes.Terminate)]
    [InlineData(Processes.Interrupt)]
    public async Task A_signal_stops_everything_within_seconds(int signal)
    {
        using var host = HostProcess.Test(["--state", state.Path]);
        await host.PrintsAsync("Ready after");
        var children = await AllChildrenAsync();

        host.Signal(signal);

        Assert.Equal(0, await host.ExitAsync(seconds: 10));
        Assert.DoesNotContain(children, Processes.IsRunning);
        Assert.False(File.Exists(state.File("apphost.pid")));
        Assert.DoesNotContain("starting again", host.Output);
    }

    [Fact]
    public async Task A_second_signal_kills_at_once()
    {
        using var host = HostProcess.Test(["--state", state.Path], environment: ("TEST_IGNORE_TERM", "1"));
        await host.PrintsAsync("Ready after");
        var children = await AllChildrenAsync();

        host.Signal(Processes.Interrupt);
        await host.PrintsAsync("Stopping");
        host.Signal(Processes.Interrupt);

        Assert.Equal(0, await host.ExitAsync());
        // Nobody's time was waited out.
        Assert.DoesNotContain("did not stop within", host.Output);
        Assert.DoesNotContain(children, Processes.IsRunning);
    }

    [Fact]
    public async Task A_command_runs_when_all_is_healthy_and_its_exit_code_is_returned()
    {
        using var folder = new TemporaryFolder();
        using var host = HostProcess.Test(["report", "--json", "x.json", "--code", "5", "--state", state.Path, "--exit"], folder.Path);

        Assert.Equal(5, await host.ExitAsync(seconds: 60));

        // Its relative paths are the operator's.
        var report = CommandReport.Read(folder, "x.json");
        Assert.Equal(folder.Path, report.Directory);
        Assert.Equal("front", report.Front["OTEL_SERVICE_NAME"]);
        Assert.Equal("true", report.Own["MESH_EXIT"]);
        Assert.Equal(["report", "--json", "x.json", "--code", "5"], report.Args);
        Assert.Contains("the report is written", host.Output);
        // Quiet: the services' own lines are only in the logs.
        Assert.DoesNotContain("info:", host.Output);
        Assert.DoesNotContain(Children(), Processes.IsRunning);
    }

    [Fact]
    public async Task After_a_command_the_mesh_stays()
    {
        using var host = HostProcess.Test(["report", "--state", state.Path], state.Path);
        await host.PrintsAsync("The mesh keeps running");
        Assert.DoesNotContain("MESH_EXIT", CommandReport.Read(state, "report.json").Own.Keys);
        Assert.All(Children(), child => Assert.True(Processes.IsRunning(child)));

        host.Signal(Processes.Terminate);

        Assert.Equal(0, await host.ExitAsync());
    }

    [Fact]
    public async Task A_command_ends_with_the_app_host()
    {
        using var host = HostProcess.Test(["report", "--wait", "--state", state.Path], state.Path);
        await host.PrintsAsync("the report is written");
        var command = CommandReport.Read(state, "report.json").Process;
        Assert.True(Processes.IsRunning(command));

        host.Signal(Processes.Kill);

        await Eventually.BecomesTrueAsync(() => !Processes.IsRunning(command), TimeSpan.FromSeconds(10), "the command is gone");
    }

    [Fact]
    public async Task An_interrupted_command_gives_130()
    {
        using var host = HostProcess.Test(["report", "--wait", "--exit", "--state", state.Path], state.Path);
        await host.PrintsAsync("the report is written");

        host.Signal(Processes.Interrupt);

        Assert.Equal(130, await host.ExitAsync());
    }

    [Fact]
    public async Task A_taken_port_is_one_clear_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var host = HostProcess.Test(["--state", state.Path, "--http-port", $"{port}"]);

        Assert.Equal(1, await host.ExitAsync());
        Assert.Equal($"port {port} is already in use, so front cannot listen on it. Choose another with --http-port N (0 picks a free one).", host.Output.Trim());
    }

    [Fact]
    public async Task A_second_app_host_on_the_same_state_is_refused()
    {
        using var first = HostProcess.Test(["--state", state.Path]);
        await first.PrintsAsync("Ready after");
        using var second = HostProcess.Test(["--state", state.Path]);

        Assert.Equal(1, await second.ExitAsync());
        Assert.Equal($"another app host (process {first.Id}) is using {state.Path}; stop it, or choose another directory with --state DIR.", second.Output.Trim());

        // The lock goes with the process, however it ends.
        first.Signal(Processes.Kill);
        await Eventually.BecomesTrueAsync(() => !Children().Any(Processes.IsRunning), TimeSpan.FromSeconds(10), "all children are gone");
        using var third = HostProcess.Test(["--state", state.Path]);
        await third.PrintsAsync("Ready after");
        third.Signal(Processes.Terminate);
        Assert.Equal(0, await third.ExitAsync());
    }

    [Fact]
    public async Task A_state_directory_that_cannot_be_written_is_one_clear_line()
    {
        using var host = HostProcess.Test(["--state", "/dev/null/mesh"]);

        Assert.Equal(1, await host.ExitAsync());
        Assert.StartsWith("cannot write to the state directory /dev/null/mesh: ", host.Output);
        Assert.DoesNotContain("\n", host.Output);
    }

    [Fact]
    public async Task A_project_that_is_not_built_is_one_clear_line()
    {
        Directory.CreateDirectory(state.File("Absent"));
        var project = state.File("Absent", "Absent.csproj");
        await File.WriteAllTextAsync(project, "<Project />", TestContext.Current.CancellationToken);
        using var host = HostProcess.Test(["--state", state.Path], environment: ("TEST_MISSING", project));

        Assert.Equal(1, await host.ExitAsync());
        Assert.StartsWith("report is not built: ", host.Output);
        Assert.DoesNotContain("\n", host.Output);
    }

    [Theory]
    [InlineData("--bogus", "unknown option '--bogus'. Try --help.")]
    [InlineData("tour", "unknown command 'tour'. Try --help.")]
    [InlineData("--http-port=no", "--http-port needs a port from 0 to 65535, not 'no'. Try --help.")]
    public async Task A_wrong_command_line_of_the_mesh_is_one_line_and_exit_2(string argument, string message)
    {
        using var host = HostProcess.Mesh(argument);

        Assert.Equal(2, await host.ExitAsync());
        Assert.Equal(message, host.Output);
    }

    [Fact]
    public async Task The_mesh_explains_its_options()
    {
        using var host = HostProcess.Mesh("--help");

        Assert.Equal(0, await host.ExitAsync());
        Assert.All(["demo", "--state", "--http-port", "--grpc-port", "--exit"], word => Assert.Contains(word, host.Output));
    }

    // The plain program brings a child of its own.
    private int[] Children() => [.. new[] { "store", "worker", "front", "plain" }.SelectMany(name => Starts.Of(state, name))];

    // The plain program has no health check, so the mesh may be ready before it has got going.
    private async Task<int[]> AllChildrenAsync()
    {
        await Eventually.BecomesTrueAsync(() => Children().Length == 6, TimeSpan.FromSeconds(10), "six children");
        return Children();
    }
}
