using Mesh.Blobs;
using Mesh.Tests.Shared;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>The last blobs that were written, for tests that read tens of thousands: without a disk's flushes.</summary>
internal sealed class MemoryBlobs : IBlobStore, IDisposable
{
    private const int Kept = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<BlobDigest, byte[]> _blobs = [];
    private readonly Queue<BlobDigest> _order = [];

    public async Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellation);
        var blob = bytes.ToArray();
        var digest = BlobDigest.Of(blob);
        _blobs[digest] = blob;
        _order.Enqueue(digest);
        // One that was written again since is still there.
        if (_order.Count > Kept && _order.Dequeue() is var oldest && !_order.Contains(oldest))
        {
            _blobs.Remove(oldest);
        }

        return new BlobInfo(digest, blob.Length);
    }

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default) =>
        Task.FromResult<Stream>(new MemoryStream(_blobs[digest], writable: false));

    public async Task<string> GetLocalPathAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        var path = Path.Combine(_folder.Path, "blob");
        await File.WriteAllBytesAsync(path, _blobs[digest], cancellation);
        return path;
    }

    public void Dispose() => _folder.Dispose();

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => throw new NotSupportedException();
}
