using System.Globalization;

namespace Mesh.Jobs.Workers;

/// <summary>Which attempt of which job this process is, read from the environment that its service gave it.</summary>
internal sealed record WorkerIdentity(string Name, int Attempt, string Token, Uri Service, string? Trace)
{
    public const string JobName = "MESH_JOB_NAME";
    public const string JobAttempt = "MESH_JOB_ATTEMPT";
    public const string RunToken = "MESH_RUN_TOKEN";
    public const string Endpoint = "MESH_WORKER_ENDPOINT";
    public const string TraceParent = "MESH_TRACEPARENT";

    /// <summary>Null when a service did not start this process.</summary>
    public static WorkerIdentity? Read()
    {
        var token = Environment.GetEnvironmentVariable(RunToken);
        // Not for the children of the worker.
        Environment.SetEnvironmentVariable(RunToken, null);
        return Environment.GetEnvironmentVariable(JobName) is { Length: > 0 } name
            && int.TryParse(Environment.GetEnvironmentVariable(JobAttempt), CultureInfo.InvariantCulture, out var attempt)
            && token is { Length: > 0 }
            && Uri.TryCreate(Environment.GetEnvironmentVariable(Endpoint), UriKind.Absolute, out var service)
                ? new(name, attempt, token, service, Environment.GetEnvironmentVariable(TraceParent))
                : null;
    }
}
