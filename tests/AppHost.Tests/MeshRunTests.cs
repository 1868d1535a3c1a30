using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Mesh.AppHost.Local;
using Mesh.AppHost.Local.Processes;
using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Tests;

/// <summary>The runner with real children.</summary>
public sealed class MeshRunTests
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(10) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Children_get_the_addresses_of_the_replicas_they_refer_to()
    {
        await using var mesh = new LocalMesh();
        var back = mesh.Add("back").WithReplicas(2);
        mesh.Add("front").WithReference(back).WaitFor(back).WithArgs("--urls-unused", "x");
        mesh.Start();
        await mesh.PrintsAsync("Ready after");

        var environment = await Client.GetFromJsonAsync<Dictionary<string, string>>(new Uri(mesh.Address("front"), "environment"), Cancellation);

        string[] announced = [mesh.Address("back", 0).ToString().TrimEnd('/'), mesh.Address("back", 1).ToString().TrimEnd('/')];
        Assert.Equal(announced.Order(), new[] { environment!["services__back__http__0"], environment["services__back__http__1"] }.Order());
        foreach (var url in announced)
            Assert.Equal("back", (await Client.GetFromJsonAsync<Dictionary<string, string>>($"{url}/environment", Cancellation))!["OTEL_SERVICE_NAME"]);
        Assert.Equal(mesh.State.Path, environment["MESH_STATE"]);
        Assert.Equal(0, await mesh.StopAsync());
    }

    [Fact]
    public async Task Nothing_starts_before_what_it_waits_for_is_healthy()
    {
        await using var mesh = new LocalMesh();
        var first = mesh.Add("first").WithEnvironment("TEST_HEALTH_GATE", mesh.State.File("gate"));
        mesh.Add("second").WaitFor(first);
        mesh.Add("third");
        mesh.Start();

        await mesh.PrintsAsync("third-");
        await Eventually.BecomesTrueAsync(() => Starts.Probes(mesh.State, "first") >= 5, TimeSpan.FromSeconds(30), "five probes of the first");
        Assert.Empty(Starts.Of(mesh.State, "second"));

        await File.WriteAllTextAsync(mesh.State.File("gate"), "", Cancellation);
        await mesh.PrintsAsync("Ready after");
        Assert.Single(Starts.Of(mesh.State, "first"));
        Assert.Single(Starts.Of(mesh.State, "second"));
        Assert.Matches(new Regex("first-.*healthy.*second-.*healthy", RegexOptions.Singleline), mesh.Output);
    }

    [Fact]
    public async Task A_killed_child_is_started_again_on_its_ports()
    {
        await using var mesh = new LocalMesh();
        mesh.Add("only");
        mesh.Start();
        await mesh.PrintsAsync("Ready after");
        var address = mesh.Address("only");

        Assert.Equal(0, Processes.Signal(Starts.Of(mesh.State, "only")[0], Processes.Kill));

        await mesh.PrintsAsync("ended by signal 9; starting again in 0.2 s");
        await Eventually.BecomesTrueAsync(() => Regex.Count(mesh.Output, "healthy after") == 2, TimeSpan.FromSeconds(30), "healthy again");
        Assert.Equal(2, Starts.Of(mesh.State, "only").Length);
        Assert.Equal(Starts.Of(mesh.State, "only")[1], await Client.GetFromJsonAsync<int>(new Uri(address, "process"), Cancellation));
    }

    [Fact]
    public async Task When_the_port_is_taken_meanwhile_it_moves_and_those_who_knew_it_follow()
    {
        await using var mesh = new LocalMesh();
        var back = mesh.Add("back").WithEnvironment("TEST_HEALTH_GATE", mesh.State.File("gate"));
        await File.WriteAllTextAsync(mesh.State.File("gate"), "", Cancellation);
        mesh.Add("front").WithReference(back).WaitFor(back);
        mesh.Start();
        await mesh.PrintsAsync("Ready after");
        var old = mesh.Address("back");

        using var thief = await ExitAndTakePortAsync(old);

        await mesh.PrintsAsync("it moves to another");
        await Eventually.BecomesTrueAsync(() => Regex.Count(mesh.Output, "front-.*healthy after") == 2, TimeSpan.FromSeconds(60), "the front again");
        var environment = await Client.GetFromJsonAsync<Dictionary<string, string>>(new Uri(mesh.Address("front", 1), "environment"), Cancellation);
        Assert.NotEqual(old.ToString().TrimEnd('/'), environment!["services__back__http__0"]);
        using var moved = await Client.GetAsync($"{environment["services__back__http__0"]}/health", Cancellation);
        Assert.True(moved.IsSuccessStatusCode);
        Assert.DoesNotMatch("front-.* ended", mesh.Output);
    }

    [Fact]
    public async Task A_child_that_never_gets_healthy_ends_the_start_loudly()
    {
        await using var mesh = new LocalMesh { Pace = new RunPace { RestartDelays = [TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.3)] } };
        mesh.Add("good");
        mesh.Add("bad").WithEnvironment("TEST_EXIT_CODE", "7");
        mesh.Start();

        Assert.Equal(1, await mesh.ExitAsync());

        Assert.Contains("cannot start: told to", mesh.Output);
        Assert.Contains("starting again in 0.1 s", mesh.Output);
        Assert.Contains("starting again in 0.3 s", mesh.Output);
        Assert.Matches(@"GIVING UP on bad-[a-z]{8}: 3 starts in a row ended with code 7 before it was healthy\. Log: .*bad-[a-z]{8}\.log\n$", mesh.Output);
        Assert.Equal(3, Starts.Of(mesh.State, "bad").Length);
        Assert.DoesNotContain(Starts.Of(mesh.State, "good"), Processes.IsRunning);
    }

    [Fact]
    public async Task A_child_that_ignores_SIGTERM_is_killed_after_its_grace()
    {
        var grace = TimeSpan.FromSeconds(1);
        await using var mesh = new LocalMesh { Pace = new RunPace { Grace = grace } };
        mesh.Add("deaf").WithEnvironment("TEST_IGNORE_TERM", "1");
        mesh.Start();
        await mesh.PrintsAsync("Ready after");
        var clock = TimeProvider.System.GetTimestamp();

        Assert.Equal(0, await mesh.StopAsync());

        Assert.True(TimeProvider.System.GetElapsedTime(clock) >= grace * 0.9);
        Assert.Matches("deaf-[a-z]{8} did not stop within 1 s and was killed", mesh.Output);
        Assert.DoesNotContain(Starts.Of(mesh.State, "deaf"), Processes.IsRunning);
    }

    [Fact]
    public async Task Every_line_reaches_the_log_file_and_the_console()
    {
        await using var mesh = new LocalMesh();
        mesh.Add("talker");
        mesh.Start();
        await mesh.PrintsAsync("Ready after");

        using var _ = await Client.PostAsync(new Uri(mesh.Address("talker"), "log/20000"), null, Cancellation);
        await mesh.StopAsync();

        var lines = await File.ReadAllLinesAsync(Directory.GetFiles(mesh.State.File("logs"), "talker-*.log").Single(), Cancellation);
        Assert.Equal(Enumerable.Range(0, 20000).Select(i => $"info: Test[1] line {i}"), lines.Where(line => line.StartsWith("info: Test", StringComparison.Ordinal)));
        Assert.Matches("talker-[a-z]{8} warn: Test\\[2\\] careful", mesh.Output);
        Assert.Equal(20000, Regex.Count(mesh.Output, "talker-[a-z]{8} info: Test"));
    }

    [Fact]
    public async Task A_job_ends_before_what_waits_for_its_completion()
    {
        await using var mesh = new LocalMesh();
        var job = mesh.Builder.AddExecutable("job", "/bin/sh", ".", "-c", "echo done >> \"$OUT\"").WithEnvironment("OUT", mesh.State.File("job"));
        mesh.Add("after").WaitForCompletion(job);
        mesh.Start();

        await mesh.PrintsAsync("Ready after");

        Assert.Equal(["done"], await File.ReadAllLinesAsync(mesh.State.File("job"), Cancellation));
        Assert.Single(Starts.Of(mesh.State, "after"));
    }

    [Fact]
    public async Task A_failed_job_ends_the_start()
    {
        await using var mesh = new LocalMesh();
        var job = mesh.Builder.AddExecutable("job", "/bin/sh", ".", "-c", "exit 3");
        mesh.Add("after").WaitForCompletion(job);
        mesh.Start();

        Assert.Equal(1, await mesh.ExitAsync());
        Assert.Contains("job ended with code 3, not 0, so after cannot start.", mesh.Output);
        Assert.Empty(Starts.Of(mesh.State, "after"));
    }

    [Fact]
    public async Task A_port_that_is_given_out_twice_is_refused()
    {
        await using var mesh = new LocalMesh();
        mesh.Add("one").WithHttpEndpoint(port: 9, name: "extra");
        mesh.Add("two").WithHttpEndpoint(port: 9, name: "other");
        mesh.Start();

        Assert.Equal(1, await mesh.ExitAsync());
        Assert.Equal("port 9 is the extra port of one, so two cannot listen on it. Choose another with --other-port N (0 picks a free one).\n", mesh.Output);
    }

    [Fact]
    public async Task Waiting_in_a_circle_is_refused()
    {
        await using var mesh = new LocalMesh();
        var one = mesh.Add("one");
        var two = mesh.Add("two").WaitFor(one);
        one.WaitFor(two);
        mesh.Start();

        Assert.Equal(1, await mesh.ExitAsync());
        Assert.Equal("one waits for itself: one → two.\n", mesh.Output);
    }

    // The child holds its port until it is gone: take it the moment it is free, before it is started again.
    private static async Task<System.Net.Sockets.TcpListener> ExitAndTakePortAsync(Uri address)
    {
        try
        {
            using var _ = await Client.PostAsync(new Uri(address, "exit/5"), null, Cancellation);
        }
        catch (HttpRequestException)
        {
        }
        while (true)
        {
            var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, address.Port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (System.Net.Sockets.SocketException)
            {
                listener.Dispose();
                Cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
