using Mesh.ServiceDefaults.Callers;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Mesh.Gateway.Reflection;

/// <summary>The services of Mesh.Protos that the gateway routes, and where to.</summary>
public static class PublicServices
{
    /// <summary>Spoken between services only.</summary>
    private static readonly HashSet<string> Internal =
    [
        "mesh.common.v1.TenancyService", "mesh.jobs.v1.WorkerService", "mesh.registry.v1.DirectoryService",
    ];

    /// <summary>What grpcurl lists. Reflection cannot be merged by proxying, so the gateway answers it itself.</summary>
    public static IReadOnlyList<ServiceDescriptor> All { get; } =
    [
        .. PermissionTable.Services().Where(s => !Internal.Contains(s.FullName)), Grpc.Health.V1.Health.Descriptor,
    ];

    /// <summary>The service process that implements <paramref name="service"/>: "ingest" for "mesh.ingest.v1.DatasetService".</summary>
    public static string Owner(ServiceDescriptor service) => service.File.Package switch
    {
        "inference" => "inference",
        var package => package.Split('.')[1],
    };
}
