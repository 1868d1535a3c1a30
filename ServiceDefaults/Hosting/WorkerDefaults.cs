using Mesh.ServiceDefaults.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>What a worker process shares with the service that started it: folders, logging, telemetry, service discovery; no ports.</summary>
public static class WorkerDefaults
{
    public static void AddMeshWorkerDefaults(this IHostApplicationBuilder builder, string service)
    {
        builder.AddServiceIdentity(service);
        builder.AddMeshLogging();
        builder.AddMeshTelemetry(service, isWorker: true);
        builder.Services.AddServiceDiscovery();
        builder.Services.TryAddSingleton(TimeProvider.System);
    }
}
