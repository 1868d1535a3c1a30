using System.Diagnostics;
using System.Text.RegularExpressions;
using Mesh.Tests.Shared;

namespace Mesh.Benchmarks.Data;

/// <summary>Services of the mesh behind its gateway, each a process, on a folder of the benchmark's own.</summary>
internal sealed partial class ServiceProcesses : IAsyncDisposable
{
    private readonly List<Process> _processes = [];
    private readonly Dictionary<string, Process> _services = [];

    public Uri Gateway { get; private set; } = null!;

    /// <summary>The process id of a service.</summary>
    public int this[string service] => _services[service].Id;

    /// <param name="folder">Where they keep what they keep.</param>
    /// <param name="services">Besides Identity; each knows those before it: "Ingest".</param>
    public static async Task<ServiceProcesses> StartAsync(string folder, params string[] services)
    {
        var processes = new ServiceProcesses();
        try
        {
            List<(string, string)> addresses = [];
            foreach (var service in (string[])["Identity", .. services, "Gateway"])
            {
                addresses.Add(($"services__{service.ToLowerInvariant()}__grpc__0", await processes.StartServiceAsync(service, folder, addresses)));
            }

            processes.Gateway = new Uri(addresses[^1].Item2);
            return processes;
        }
        catch
        {
            await processes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a program that ends with its input.</summary>
    public Process Start(string program, string[] arguments, params IReadOnlyList<(string Key, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <returns>Where it speaks gRPC.</returns>
    private async Task<string> StartServiceAsync(string service, string folder, IEnumerable<(string, string)> environment)
    {
        var program = Path.Combine(RepoRoot.Path, "services", service, "bin", "Release", "net10.0", $"Mesh.{service}.dll");
        var process = _services[service] = Start("dotnet", ["exec", program], [("MESH_STATE", folder), ("MESH_PARENT_PIPE", "1"), .. environment]);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } found)
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return found.Groups[1].Value;
            }
        }

        throw new InvalidOperationException($"{service} ended before it listened. Build the solution in Release first.");
    }

    [GeneratedRegex(@"Listening on (\S+) \(gRPC\)")]
    private static partial Regex Listening();
}
