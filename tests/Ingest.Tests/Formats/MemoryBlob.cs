using Mesh.Blobs;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>A store of one blob that is in memory, and in a file as soon as one is asked for; by preference a file in memory too.</summary>
internal sealed class MemoryBlob(byte[] bytes) : IBlobStore, IDisposable
{
    private static readonly string Folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private string? _path;

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default) =>
        Task.FromResult<Stream>(new MemoryStream(bytes, (int)offset, (int)(length ?? bytes.Length - offset), writable: false));

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        if (_path is null)
        {
            _path = Path.Combine(Folder, $"mesh-test-{Guid.NewGuid():n}");
            File.WriteAllBytes(_path, bytes);
        }

        return Task.FromResult(new LocalBlob(_path));
    }

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        Task.FromResult<BlobInfo?>(new BlobInfo(digest, bytes.Length));

    public Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) => throw new NotSupportedException();

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => throw new NotSupportedException();

    public void Dispose()
    {
        if (_path is not null)
        {
            File.Delete(_path);
        }
    }
}
