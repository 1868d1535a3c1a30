using Mesh.Blobs.Caching;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Logging;

namespace Mesh.Blobs.Tests.Caching;

/// <summary>Caches of one folder, as the processes of one machine have them.</summary>
public abstract class CacheTest : IDisposable
{
    protected const int Mega = 1 << 20;
    private protected static readonly BlobScope Scope = new("registry", "default");

    private readonly TemporaryFolder folder = new();
    private int fetched;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected string Root => folder.File("cache");

    protected LogCollector Logs { get; } = new();

    /// <summary>How often a blob was asked for where it comes from.</summary>
    protected int Fetched => Volatile.Read(ref fetched);

    public void Dispose()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected BlobCache Cache(long capacity = 1 << 30) =>
        new(Root, capacity, TimeProvider.System, LoggerFactory.Create(logging => logging.AddProvider(Logs)).CreateLogger<BlobCache>());

    protected Task<LocalBlob> OpenAsync(BlobCache cache, byte[] content, bool slowly = false, CancellationToken? cancellation = null) => cache.OpenAsync(
        this,
        Scope,
        BlobDigest.Of(content),
        async _ =>
        {
            CountFetch();
            if (slowly)
            {
                await Task.Yield();
            }
            return new MemoryStream(content);
        },
        cancellation ?? Cancellation);

    protected string PathOf(byte[] content)
    {
        var hex = BlobDigest.Of(content).Hex;
        return Path.Combine(Root, "registry", "default", hex[..2], hex);
    }

    protected string[] Temporaries() => Directory.GetFiles(Path.Combine(Root, ".tmp"));

    protected long Held() => new DirectoryInfo(Path.Combine(Root, "registry")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);

    protected void CountFetch() => Interlocked.Increment(ref fetched);
}
