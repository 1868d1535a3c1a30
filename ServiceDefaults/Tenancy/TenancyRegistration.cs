using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Clients;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ServiceDefaults.Tenancy;

public static class TenancyRegistration
{
    /// <summary>For a service that keeps resources: the gate for its creates, and the answer to Identity.</summary>
    public static IServiceCollection AddProjectContents<T>(this IServiceCollection services)
        where T : class, IProjectContents
    {
        services.AddMeshClient<ProjectService.ProjectServiceClient>("identity");
        services.AddSingleton<ProjectGate>();
        services.AddSingleton<IProjectContents, T>();
        return services;
    }
}
