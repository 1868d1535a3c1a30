using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Hosting;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Mesh.Uploads.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Uploads;

public static class UploadRegistration
{
    /// <summary>
    /// Registers <see cref="UploadStore{TDb}"/>, <see cref="BlobCollector{TDb}"/>, <see cref="BlobStaging"/> and the <see cref="IBlobStore"/> all services share. The service's database model calls
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
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<IOptions<UploadOptions>>().Value;
            var folder = options.Folder.Length > 0 ? Path.Combine(options.Folder, kind.Service) : Path.Combine(identity.StateFolder, "uploads");
            return new BlobStaging(s.GetRequiredService<IBlobStore>(), folder, TimeSpan.FromSeconds(options.WriterWaitSeconds));
        });
        services.AddSingleton<IBlobReferences<TDb>, TReferences>();
        services.AddSingleton<DigestLock<TDb>>();
        services.AddSingleton(s => new BlobCollector<TDb>(
            s.GetRequiredService<IDbContextFactory<TDb>>(), s.GetRequiredService<IBlobStore>(), s.GetRequiredService<IBlobReferences<TDb>>(),
            kind, s.GetRequiredService<DigestLock<TDb>>(), s.GetRequiredService<ChangeSignals>(), s.GetRequiredService<ILogger<BlobCollector<TDb>>>()));
        services.AddSingleton(s => new UploadFaults(kind, s.GetRequiredService<ILogger<UploadStore<TDb>>>()));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<StagedBytes<TDb>>(s, kind));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<KnownContent<TDb>>(s, kind));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<UploadCreation<TDb>>(s, kind, s.GetRequiredService<IOptions<UploadOptions>>().Value));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<UploadFinish<TDb>>(
            s, kind, s.GetRequiredService<IOptions<UploadOptions>>().Value, s.GetRequiredService<ILogger<UploadStore<TDb>>>()));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<UploadFinishing<TDb>>(s, kind));
        services.AddHostedService(s => s.GetRequiredService<UploadFinishing<TDb>>());
        services.AddSingleton(s => new UploadStore<TDb>(
            s.GetRequiredService<IDbContextFactory<TDb>>(), s.GetRequiredService<BlobStaging>(), kind, s.GetRequiredService<IOptions<UploadOptions>>(),
            s.GetRequiredService<BlobCollector<TDb>>(), s.GetRequiredService<KnownContent<TDb>>(), s.GetRequiredService<UploadCreation<TDb>>(),
            s.GetRequiredService<StagedBytes<TDb>>(), s.GetRequiredService<UploadFinishing<TDb>>(), s.GetRequiredService<UploadFaults>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<UploadHttp<TDb>>(s, kind));
        services.AddHostedService(s => ActivatorUtilities.CreateInstance<UploadSweep<TDb>>(s, kind));
        return builder;
    }

    /// <summary>Maps the same over plain HTTP; see uploads.proto. The service has registered its project contents.</summary>
    /// <param name="permission">That of the RPCs that create and write.</param>
    /// <param name="files">The collection under which a file is sent in one call: "files".</param>
    public static void MapUploads<TDb>(this IEndpointRouteBuilder app, string permission, string files)
        where TDb : MeshDb => app.ServiceProvider.GetRequiredService<UploadHttp<TDb>>().Map(app, permission, files);
}
