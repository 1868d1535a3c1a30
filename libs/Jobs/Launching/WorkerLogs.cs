using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Jobs.Launching;

/// <summary>Where the output of workers is kept: "{state}/{service}/logs/default.trainingRuns.r1.log", all attempts of a job in one file.</summary>
public sealed class WorkerLogs(ServiceIdentity identity, ILogger<WorkerLogs> logger)
{
    // No id holds a dot, so no two names share a file.
    public string PathOf(string jobName) =>
        Path.Combine(identity.StateFolder, "logs", jobName["projects/".Length..].Replace('/', '.') + ".log");

    internal void Delete(string jobName)
    {
        try
        {
            File.Delete(PathOf(jobName));
        }
        catch (DirectoryNotFoundException)
        {
            // No worker of this service has written anything.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.WorkerLogNotDeleted(jobName, e);
        }
    }
}
