using Mesh.Blobs.Caching;
using Mesh.Blobs.Options;
using Mesh.Blobs.Remote;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mesh.Blobs;

public static class BlobRegistration
{
    /// <summary>
    /// Registers the <see cref="IBlobStore"/> all services share, as the section "Blobs" says: <see cref="FileBlobStore"/> in the folder of
    /// <see cref="ServiceIdentity"/> by default. With a cold store it is a <see cref="Tiers.TieredBlobStore"/>. Does nothing when it was called before.
    /// </summary>
    public static void AddBlobStore(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(BlobStoreFactory)))
        {
            return;
        }
        services.AddOptions<BlobOptions>().BindConfiguration(BlobOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BlobOptions>, BlobOptionsCheck>();
        services.AddSingleton<BlobStoreFactory>();
        services.TryAddSingleton(provider => provider.GetRequiredService<BlobStoreFactory>().Create());
        services.AddHostedService<UnfinishedUploads>();
    }
}
