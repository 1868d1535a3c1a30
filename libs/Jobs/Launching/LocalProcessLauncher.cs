using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Launching;

/// <summary>Workers as child processes: the service's own program with the verb "worker", or the command of the options.</summary>
public sealed class LocalProcessLauncher(IOptions<JobOptions> options, ILogger<LocalProcessLauncher> logger) : ILauncher
{
    public Task<ILaunchedWorker> LaunchAsync(WorkerLaunch launch)
    {
        string[] command = options.Value.Command is { Length: > 0 } given ? given : OwnProgram.Command(Workers.JobWorker.Verb);
        var start = OwnProgram.Start(command);
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
}
