using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>Who this process is and where its state lives.</summary>
/// <param name="Service">Lower-case service name: "ingest".</param>
/// <param name="StateFolder">Absolute folder that only this service writes: "{MESH_STATE}/ingest".</param>
/// <param name="BlobFolder">Absolute root of the blob store all services share: "{MESH_STATE}/blobs".</param>
public sealed record ServiceIdentity(string Service, string StateFolder, string BlobFolder);

/// <summary>Reads <c>MESH_STATE</c> (default ".mesh" under the working folder).</summary>
public static class ServiceIdentityRegistration
{
    internal static void AddServiceIdentity(this IHostApplicationBuilder builder, string service)
    {
        var root = Path.GetFullPath(builder.Configuration["MESH_STATE"] is { Length: > 0 } state ? state : ".mesh");
        var blobs = builder.Configuration["MESH_BLOBS"] is { Length: > 0 } folder ? Path.GetFullPath(folder) : Path.Combine(root, "blobs");
        builder.Services.AddSingleton(new ServiceIdentity(service, Path.Combine(root, service), blobs));
    }

    /// <summary>The identity, while the service is still being registered.</summary>
    public static ServiceIdentity MeshIdentity(this IHostApplicationBuilder builder) =>
        (ServiceIdentity)builder.Services.Last(d => d.ServiceType == typeof(ServiceIdentity)).ImplementationInstance!;
}
