using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Launching;

/// <summary>Workers as child processes: the service's own program with the verb "worker", or the command of the options.</summary>
public sealed class LocalProcessLauncher(IOptions<JobOptions> options, ILogger<LocalProcessLauncher> logger) : ILauncher
{
    public Task<ILaunchedWorker> LaunchAsync(WorkerLaunch launch)
    {
        string[] command = options.Value.Command is { Length: > 0 } given ? given : OwnProgram();
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        KeepOut(start.Environment);
        foreach (var (key, value) in launch.Environment)
        {
            start.Environment[key] = value;
        }

        WorkerOutput? output = null;
        try
        {
            output = new WorkerOutput(launch.LogFile, launch.JobName, launch.Attempt, logger);
            var process = Process.Start(start) ?? throw new WorkerLaunchException($"{command[0]} did not start.");
            return Task.FromResult<ILaunchedWorker>(new LocalWorker(process, output));
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            output?.Dispose();
            throw new WorkerLaunchException("The worker's program could not be started.", e);
        }
    }

    /// <summary>A worker has its job's rights only: no database, none of the service's ports.</summary>
    private static void KeepOut(IDictionary<string, string?> environment)
    {
        string[] own = ["MESH_PARENT_PIPE", "MESH_GRPC_PORT", "MESH_HTTP_PORT", "MESH_BIND", "ASPNETCORE_URLS"];
        foreach (var key in environment.Keys.Where(k => own.Contains(k) || k.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            environment.Remove(key);
        }
    }

    private static string[] OwnProgram()
    {
        var host = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(host) == "dotnet"
            ? [host, "exec", Assembly.GetEntryAssembly()!.Location, Workers.JobWorker.Verb]
            : [host, Workers.JobWorker.Verb];
    }
}
