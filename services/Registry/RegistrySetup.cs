using Mesh.Registry.Bundles;
using Mesh.Registry.Deployments;
using Mesh.Registry.Models;
using Mesh.Registry.Serving;
using Mesh.Registry.Storage;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Uploads;

namespace Mesh.Registry;

public static class RegistrySetup
{
    /// <summary>The service's name, and its part of the scope of bundles in the blob store.</summary>
    internal const string Service = "registry";

    public static void AddRegistry(this WebApplicationBuilder builder)
    {
        builder.AddMeshDatabase<RegistryDb, SqliteRegistryDb, PostgresRegistryDb>();
        builder.AddUploads<RegistryDb, RegistryContents>(new UploadKind(RegistryNames.BundleUpload, Service));
        var services = builder.Services;
        services.AddOptions<RegistryOptions>().BindConfiguration(RegistryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddProjectContents<RegistryContents>();
        services.AddSingleton<ModelStore>();
        services.AddSingleton<AliasStore>();
        services.AddSingleton<VersionStore>();
        services.AddSingleton<VersionRegistration>();
        services.AddSingleton<BundleCheck>();
        services.AddSingleton<BundleDownload>();
        services.AddSingleton<DeploymentStore>();
        services.AddSingleton<DeploymentView>();
        services.AddSingleton<ServingSignals>();
        services.AddSingleton<ServingDirectory>();
        services.AddSingleton<ReplicaStream>();
        services.AddSingleton<ReplicaWatch>();
        services.AddHostedSingleton<SharedReplicas>();
        services.AddHostedSingleton<ServingTargets>();
        services.AddHostedSingleton<ServingPlans>();
    }

    public static void MapRegistry(this WebApplication app)
    {
        app.MapGrpcService<ModelApi>();
        app.MapGrpcService<DeploymentApi>();
        app.MapGrpcService<DirectoryApi>();
        app.MapUploads<RegistryDb>("models.upload", "bundleFiles");
    }

    private static void AddHostedSingleton<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
