using Mesh.Blobs.AzureBlobs;
using Mesh.Blobs.Caching;
using Mesh.Blobs.Remote;
using Mesh.Blobs.S3;
using Mesh.Blobs.Tests.Servers;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Logging;

namespace Mesh.Blobs.Tests.Remote;

/// <summary>A remote store of one kind under a prefix of its own, with or without a proxy before the server.</summary>
internal sealed class RemoteRig : IAsyncDisposable
{
    public const string S3 = "s3";
    public const string Azure = "azure";

    /// <summary>Less than S3 takes; these servers do.</summary>
    public const int PartBytes = 1 << 20;

    /// <summary>Quick retries, so that what never succeeds has failed soon.</summary>
    public static readonly RequestLimits Limits = new(TimeSpan.FromSeconds(30), Attempts: 4, TimeSpan.FromMilliseconds(5));

    private readonly ILoggerFactory loggers;

    private RemoteRig(string prefix, FaultProxy? proxy, IObjectStorage storage, BlobCache cache, LogCollector logs, ILoggerFactory loggers)
    {
        (Prefix, Storage, Cache, Logs, this.loggers) = (prefix, storage, cache, logs, loggers);
        this.proxy = proxy;
        Store = new RemoteBlobStore(storage, cache, prefix + "/", PartBytes, readAhead: 4);
    }

    private readonly FaultProxy? proxy;

    public string Prefix { get; }

    public FaultProxy Proxy => proxy!;

    /// <summary>Behind the same proxy.</summary>
    public IObjectStorage Storage { get; }

    public BlobCache Cache { get; }

    public RemoteBlobStore Store { get; }

    public LogCollector Logs { get; }

    /// <param name="md5">S3 with the older checksum.</param>
    public static async Task<RemoteRig> StartAsync(
        string kind, TemporaryFolder folder, bool withProxy = false, RequestLimits? limits = null, bool md5 = false, string? secret = null, string? bucket = null)
    {
        var server = await (kind == S3 ? S3Server.StartAsync() : AzureServer.StartAsync());
        var proxy = withProxy ? await FaultProxy.StartAsync(server.Address) : null;
        var endpoint = proxy?.Address ?? server.Address;
        var prefix = $"tests/{Guid.NewGuid():N}";
        var logs = new LogCollector();
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(logs));
        var cache = new BlobCache(folder.File("cache"), 1L << 30, TimeProvider.System, loggers.CreateLogger<BlobCache>());
        var logger = loggers.CreateLogger<RemoteBlobStore>();
        RequestPolicy Policy(Func<Exception, RequestFault?> judge) => new(judge, limits ?? Limits, TimeProvider.System, logger);
        IObjectStorage storage;
        if (kind == S3)
        {
            var options = S3Server.Options(endpoint, prefix);
            options.Checksum = md5 ? "md5" : options.Checksum;
            // s3rver knows its account by the name and does not look at signatures.
            options.AccessKey = secret ?? options.AccessKey;
            options.Bucket = bucket ?? options.Bucket;
            storage = S3Connection.Open(options, Policy(S3Faults.Judge), TimeProvider.System, logger);
        }
        else
        {
            var options = AzureServer.Options(endpoint, prefix);
            options.Container = bucket ?? options.Container;
            if (secret is not null)
            {
                (options.AccountKey, options.ConnectionString, options.Endpoint) = (secret, "", $"{endpoint}devstoreaccount1");
            }
            storage = AzureConnection.Open(options, Policy(AzureFaults.Judge));
        }
        return new RemoteRig(prefix, proxy, storage, cache, logs, loggers);
    }

    public string Key(BlobScope scope, BlobDigest digest) => $"{Prefix}/{scope}/{digest.Hex[..2]}/{digest.Hex}";

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        loggers.Dispose();
        if (proxy is not null)
        {
            await proxy.DisposeAsync();
        }
    }
}
