using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Hosting;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Uploads;

public static class UploadRegistration
{
    /// <summary>
    /// Registers <see cref="UploadStore{TDb}"/>, <see cref="BlobCollector{TDb}"/>, <see cref="BlobStaging"/> under
    /// "{state}/uploads" and the <see cref="IBlobStore"/> all services share. The service's database model calls
    /// <see cref="UploadModel.AddUploads"/>.
    /// </summary>
    /// <typeparam name="TReferences">Tells which blobs the service's own resources keep alive.</typeparam>
    public static WebApplicationBuilder AddUploads<TDb, TReferences>(this WebApplicationBuilder builder, UploadKind kind)
        where TDb : MeshDb
        where TReferences : class, IBlobReferences<TDb>
    {
        var identity = builder.MeshIdentity();
        var services = builder.Services;
        services.AddOptions<UploadOptions>().BindConfiguration("Uploads").ValidateDataAnnotations().ValidateOnStart();
        builder.AddBlobStore();
        services.AddSingleton(s => new BlobStaging(
            s.GetRequiredService<IBlobStore>(), Path.Combine(identity.StateFolder, "uploads"),
            TimeSpan.FromSeconds(s.GetRequiredService<IOptions<UploadOptions>>().Value.WriterWaitSeconds)));
        services.AddSingleton<IBlobReferences<TDb>, TReferences>();
        services.AddSingleton<DigestLock<TDb>>();
        services.AddSingleton(s => new BlobCollector<TDb>(
            s.GetRequiredService<IDbContextFactory<TDb>>(), s.GetRequiredService<IBlobStore>(), s.GetRequiredService<IBlobReferences<TDb>>(),
            kind, s.GetRequiredService<DigestLock<TDb>>(), s.GetRequiredService<ChangeSignals>(), s.GetRequiredService<ILogger<BlobCollector<TDb>>>()));
        services.AddSingleton(s => new UploadStore<TDb>(
            s.GetRequiredService<IDbContextFactory<TDb>>(), s.GetRequiredService<BlobStaging>(), s.GetRequiredService<IBlobStore>(), kind,
            s.GetRequiredService<IOptions<UploadOptions>>(), s.GetRequiredService<BlobCollector<TDb>>(), s.GetRequiredService<DigestLock<TDb>>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<UploadStore<TDb>>>()));
        services.AddHostedService(s => ActivatorUtilities.CreateInstance<UploadSweep<TDb>>(s, kind));
        return builder;
    }
}
