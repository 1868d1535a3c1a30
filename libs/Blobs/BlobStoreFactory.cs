using Mesh.Blobs.AzureBlobs;
using Mesh.Blobs.Caching;
using Mesh.Blobs.Options;
using Mesh.Blobs.Remote;
using Mesh.Blobs.S3;
using Mesh.Blobs.Tiers;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Blobs;

/// <summary>Makes the store that the options describe, and disposes what is remote of it.</summary>
internal sealed class BlobStoreFactory(ServiceIdentity identity, IOptions<BlobOptions> options, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    private readonly List<RemoteBlobStore> remotes = [];
    private BlobCache? local;

    public IBlobStore Create()
    {
        var cache = new Lazy<BlobCache>(() => local = new BlobCache(
            options.Value.CacheFolder is { Length: > 0 } folder ? Path.GetFullPath(folder) : Path.Combine(Path.GetDirectoryName(identity.StateFolder)!, "blob-cache"),
            options.Value.CacheBytes, time, loggers.CreateLogger<BlobCache>()));
        var hot = CreateTier(options.Value, cache);
        return options.Value.Cold.Kind.Length == 0 ? hot : new TieredBlobStore(hot, CreateTier(options.Value.Cold, cache));
    }

    /// <summary>The remote stores among what was made.</summary>
    public IReadOnlyList<RemoteBlobStore> Remotes => remotes;

    public void Dispose()
    {
        local?.Dispose();
        remotes.ForEach(remote => remote.Dispose());
    }

    private IBlobStore CreateTier(BlobTierOptions tier, Lazy<BlobCache> cache) => tier.Kind switch
    {
        BlobKind.S3 => Remote(S3Connection.Open(tier.S3, Policy(S3Faults.Judge), time, Logger()), tier.S3.Prefix, cache.Value),
        BlobKind.Azure => Remote(AzureConnection.Open(tier.Azure, Policy(AzureFaults.Judge)), tier.Azure.Prefix, cache.Value),
        _ => new FileBlobStore(tier.Folder is { Length: > 0 } folder ? folder : identity.BlobFolder, time),
    };

    private RemoteBlobStore Remote(IObjectStorage storage, string prefix, BlobCache cache)
    {
        var settings = options.Value;
        var trimmed = prefix.Trim('/');
        var remote = new RemoteBlobStore(storage, cache, trimmed.Length == 0 ? "" : trimmed + "/", settings.PartMiB << 20, settings.ReadAheadMiB);
        remotes.Add(remote);
        return remote;
    }

    private RequestPolicy Policy(Func<Exception, RequestFault?> judge) => new(
        judge, new RequestLimits(TimeSpan.FromSeconds(options.Value.RequestSeconds), options.Value.Attempts, FirstDelay), time, Logger());

    private ILogger Logger() => loggers.CreateLogger<RemoteBlobStore>();
}
