using Mesh.Blobs.Options;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Blobs.Tests.Options;

/// <summary>A process of the service "ingest" with a blob store and nothing else.</summary>
internal static class BlobHost
{
    /// <param name="settings">Keys of the section "Blobs"; of a key that comes twice the last one counts.</param>
    public static IHost Build(TemporaryFolder state, (string Key, string Value)[] settings, LogCollector? logs = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("MESH_STATE", state.Path)]);
        foreach (var (key, value) in settings)
        {
            builder.Configuration.AddInMemoryCollection([new($"Blobs:{key}", value)]);
        }
        builder.AddMeshWorkerDefaults("ingest");
        builder.Logging.ClearProviders();
        if (logs is not null)
        {
            builder.Logging.AddProvider(logs);
        }
        builder.AddBlobStore();
        return builder.Build();
    }

    public static BlobOptions Options(IHost host) => host.Services.GetRequiredService<IOptions<BlobOptions>>().Value;
}
