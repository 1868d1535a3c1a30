using System.Diagnostics;
using System.Text.RegularExpressions;
using Mesh.Client;
using Mesh.Tests.Shared;

namespace Mesh.Scenarios.Harness;

/// <summary>The real mesh: an app host process and all that it starts, on free ports, with a state folder of its own.</summary>
public sealed partial class RunningMesh : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);

    private readonly Process _host;
    private readonly ProcessOutput _output;

    private RunningMesh(Process host, string state)
    {
        (_host, State) = (host, state);
        _output = new ProcessOutput(host);
    }

    public string State { get; }

    public Uri Grpc { get; private set; } = null!;

    public Uri Http { get; private set; } = null!;

    public int HostId => _host.Id;

    public string Output => _output.Text;

    /// <summary>Starts the mesh and waits until every service is healthy.</summary>
    public static async Task<RunningMesh> StartAsync(string state, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Built.AppHost, "--state", state, "--http-port", "0", "--grpc-port", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var mesh = new RunningMesh(Process.Start(start)!, state);
        try
        {
            await Eventually.BecomesTrueAsync(mesh.IsUp, StartTimeout, "the mesh is up");
        }
        catch (Exception e)
        {
            await mesh.DisposeAsync();
            throw new InvalidOperationException($"{e.Message}\n{mesh.Output}", e);
        }

        mesh.Http = new Uri(HttpAddress().Match(mesh.Output).Groups["url"].Value);
        mesh.Grpc = new Uri(GrpcAddress().Match(mesh.Output).Groups["url"].Value);
        return mesh;
    }

    public MeshClient Connect() => new(new MeshClientOptions { Address = Grpc });

    /// <summary>The processes of a service, workers not included.</summary>
    public IReadOnlyList<int> ProcessesOf(string service) =>
        [.. ProcessTable.Descendants(HostId).Where(p => p.CommandLine.Contains($"Mesh.{service}.dll") && !p.CommandLine.EndsWith(" worker", StringComparison.Ordinal)).Select(p => p.Id)];

    /// <summary>The workers that a service has started.</summary>
    public IReadOnlyList<int> WorkersOf(string service) =>
        [.. ProcessTable.Descendants(HostId).Where(p => p.CommandLine.Contains($"Mesh.{service}.dll") && p.CommandLine.EndsWith(" worker", StringComparison.Ordinal)).Select(p => p.Id)];

    /// <summary>Everything the app host has started, and itself.</summary>
    public IReadOnlyList<int> AllProcesses() => [HostId, .. ProcessTable.Descendants(HostId).Select(p => p.Id)];

    /// <summary>SIGKILL to one process of the service.</summary>
    public void Kill(string service) => ProcessTable.Kill(ProcessesOf(service)[0]);

    public void KillHost() => ProcessTable.Kill(HostId);

    /// <summary>Lines of all processes' logs under a state folder that no healthy mesh writes.</summary>
    public static IReadOnlyList<string> ErrorLines(string state) =>
        [.. Directory.EnumerateFiles(Path.Combine(state, "logs")).SelectMany(file => File.ReadLines(file)
            .Where(line => ErrorLine().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line}"))];

    public async ValueTask DisposeAsync()
    {
        if (!_host.HasExited)
        {
            ProcessTable.Terminate(HostId);
            try
            {
                await _host.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            }
            catch (TimeoutException)
            {
                _host.Kill(entireProcessTree: true);
            }
        }

        _host.Dispose();
    }

    private bool IsUp() => _host.HasExited
        ? throw new InvalidOperationException("The app host ended.")
        : HttpAddress().IsMatch(Output) && GrpcAddress().IsMatch(Output);

    [GeneratedRegex(@"gateway http\s+(?<url>http://[0-9.]+:[0-9]+)")]
    private static partial Regex HttpAddress();

    [GeneratedRegex(@"gateway grpc\s+(?<url>http://[0-9.]+:[0-9]+)")]
    private static partial Regex GrpcAddress();

    [GeneratedRegex(@"^(\S+ )?(fail|crit): |^Unhandled exception")]
    private static partial Regex ErrorLine();
}
