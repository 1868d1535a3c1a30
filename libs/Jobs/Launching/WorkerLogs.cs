using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Jobs.Launching;

/// <summary>
/// Where the output of workers is kept: "{state}/{service}/logs/default.trainingRuns.r1.log", all attempts of a job in one
/// file. The parts of a group have a folder, "default.pipelines.x.runs.r1/parts.fit-0.log": their names are too long for a file.
/// </summary>
public sealed class WorkerLogs(ServiceIdentity identity, ILogger<WorkerLogs> logger)
{
    public string PathOf(string jobName)
    {
        var part = jobName.LastIndexOf("/parts/", StringComparison.Ordinal);
        return part < 0 ? PathOf(jobName, ".log") : Path.Combine(PathOf(jobName[..part], ""), jobName[(part + 1)..].Replace('/', '.') + ".log");
    }

    /// <summary>With the logs of its parts.</summary>
    internal void Delete(string jobName)
    {
        try
        {
            File.Delete(PathOf(jobName));
            if (Directory.Exists(PathOf(jobName, "")))
            {
                Directory.Delete(PathOf(jobName, ""), recursive: true);
            }
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

    /// <summary>Those that are on this machine, of jobs and of the parts of groups.</summary>
    internal IEnumerable<WorkerLog> All()
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        var entries = new DirectoryInfo(Folder).EnumerateFileSystemInfos();
        return entries.Where(e => e is DirectoryInfo || e.Extension == ".log").Select(e => new WorkerLog(
            $"projects/{(e is DirectoryInfo ? e.Name : Path.GetFileNameWithoutExtension(e.Name)).Replace('.', '/')}", e is DirectoryInfo, e.LastWriteTimeUtc));
    }

    private string Folder => Path.Combine(identity.StateFolder, "logs");

    // No id holds a dot, so no two names share a file or a folder.
    private string PathOf(string jobName, string suffix) =>
        Path.Combine(Folder, jobName["projects/".Length..].Replace('/', '.') + suffix);
}
