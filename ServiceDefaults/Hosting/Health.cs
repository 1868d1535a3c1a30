using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>"/health" (every check) and "/alive" (the process answers), on both ports, and grpc.health.v1.</summary>
internal static class Health
{
    public static void MapMeshHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        app.MapGrpcHealthChecksService();
    }
}
