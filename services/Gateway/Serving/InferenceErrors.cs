using Mesh.ServiceDefaults.Errors;

namespace Mesh.Gateway.Serving;

/// <summary>What the gateway itself answers to an inference call.</summary>
internal static class InferenceErrors
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static MeshException NoReplica(string message) => Unavailable("NO_REPLICA", message);

    public static MeshException ReplicaLost(string message) => Unavailable("REPLICA_LOST", message);

    private static MeshException Unavailable(string reason, string message)
    {
        Telemetry.Refused.Add(1);
        return MeshError.Unavailable(reason, message, RetryAfter);
    }
}
