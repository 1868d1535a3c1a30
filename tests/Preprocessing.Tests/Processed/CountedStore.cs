using System.Collections.Concurrent;
using Mesh.Blobs;

namespace Mesh.Preprocessing.Tests.Processed;

/// <summary>Knows which blobs are there, not their bytes; its deletions can be held up and can fail.</summary>
internal sealed class CountedStore : IBlobStore
{
    private readonly ConcurrentDictionary<string, bool> _blobs = new();

    public ConcurrentQueue<string> Deleted { get; } = new();

    /// <summary>Comes before a blob goes.</summary>
    public Func<string, CancellationToken, Task> BeforeDelete { get; set; } = (_, _) => Task.CompletedTask;

    public IEnumerable<string> Blobs => _blobs.Keys.Order();

    /// <summary>As stores do it: what is there is not written again.</summary>
    public void Write(string digest) => _blobs.TryAdd(digest, true);

    public async Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        await BeforeDelete(digest.Hex, cancellation);
        Deleted.Enqueue(digest.Hex);
        return _blobs.TryRemove(digest.Hex, out _);
    }

    public Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress) => throw new NotSupportedException();

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => throw new NotSupportedException();
}
