using System.Diagnostics;
using System.Text.RegularExpressions;
using Mesh.Tests.Shared;

namespace Mesh.Benchmarks.Data;

/// <summary>Identity, Ingest, the gateway and the raw endpoint, each a process, on a folder of the benchmark's own.</summary>
internal sealed partial class UploadServices : IAsyncDisposable
{
    private readonly List<Process> _processes = [];

    public Uri Gateway { get; private set; } = null!;

    public Uri Raw { get; private set; } = null!;

    public static async Task<UploadServices> StartAsync(string folder)
    {
        var services = new UploadServices();
        try
        {
            await services.StartAllAsync(folder);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            // They end with their input.
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task StartAllAsync(string folder)
    {
        var identity = await StartAsync("Identity", folder, []);
        var ingest = await StartAsync("Ingest", folder, [("services__identity__grpc__0", identity)]);
        Gateway = new Uri(await StartAsync("Gateway", folder, [("services__identity__grpc__0", identity), ("services__ingest__grpc__0", ingest)]));
        var raw = Start("dotnet", ["exec", typeof(RawEndpoint).Assembly.Location, RawEndpoint.Verb, folder], []);
        Raw = new Uri((await raw.StandardOutput.ReadLineAsync())!);
    }

    /// <returns>Where it speaks gRPC.</returns>
    private async Task<string> StartAsync(string service, string folder, (string, string)[] environment)
    {
        var program = Path.Combine(RepoRoot.Path, "services", service, "bin", "Release", "net10.0", $"Mesh.{service}.dll");
        var process = Start("dotnet", ["exec", program], [("MESH_STATE", folder), ("MESH_PARENT_PIPE", "1"), .. environment]);
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

    private Process Start(string program, string[] arguments, (string Key, string Value)[] environment)
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

    [GeneratedRegex(@"Listening on (\S+) \(gRPC\)")]
    private static partial Regex Listening();
}
