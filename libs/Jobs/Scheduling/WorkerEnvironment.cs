using System.Globalization;
using Mesh.Jobs.Storage;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace Mesh.Jobs.Scheduling;

/// <summary>
/// What a worker finds in its environment: its job and token, where to report, where state and blobs are (with the
/// credentials of a remote blob store, which are in no argument), and the addresses of other services. Besides, it inherits
/// the service's environment.
/// </summary>
internal sealed class WorkerEnvironment(ServiceIdentity identity, ListeningPorts ports, IConfiguration configuration)
{
    // Wherever the service has them from: a worker sees no command line and may see other files.
    private static readonly string[] Shared = ["services", "Blobs"];

    /// <param name="resources">What the attempt holds of this machine.</param>
    public Dictionary<string, string> Of(JobRow job, JobResources resources, string token)
    {
        var environment = new Dictionary<string, string>
        {
            [Workers.WorkerIdentity.JobName] = job.Name,
            [Workers.WorkerIdentity.JobAttempt] = job.Attempt.ToString(CultureInfo.InvariantCulture),
            [Workers.WorkerIdentity.RunToken] = token,
            [Workers.WorkerIdentity.Endpoint] = Endpoint(),
            ["MESH_STATE"] = Path.GetDirectoryName(identity.StateFolder)!,
            ["MESH_BLOBS"] = identity.BlobFolder,
            ["OMP_NUM_THREADS"] = resources.Cpus.ToString(CultureInfo.InvariantCulture),
            // By default the C library keeps up to eight heaps a core, and what is free in one is of no use to the others.
            ["MALLOC_ARENA_MAX"] = Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") ?? resources.Cpus.ToString(CultureInfo.InvariantCulture),
        };
        if (job.TraceParent is not null)
        {
            environment[Workers.WorkerIdentity.TraceParent] = job.TraceParent;
        }

        foreach (var (key, value) in Shared.SelectMany(section => configuration.GetSection(section).AsEnumerable()))
        {
            if (value is not null)
            {
                environment[key.Replace(":", "__")] = value;
            }
        }

        return environment;
    }

    private string Endpoint()
    {
        var bound = new Uri(ports.GrpcAddress);
        return bound.Host is "0.0.0.0" or "[::]" ? $"http://127.0.0.1:{bound.Port}" : bound.GetLeftPart(UriPartial.Authority);
    }
}
