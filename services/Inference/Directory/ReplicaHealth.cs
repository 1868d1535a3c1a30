using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Inference.Directory;

/// <summary>Unhealthy until the first desired state is applied: a new replica gets no traffic before it has loaded.</summary>
internal sealed class ReplicaHealth(Replica replica) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(replica.IsReady ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(replica.Accepting ? "waiting for the serving directory, or loading what it asks for" : "stopping"));
}
