using Mesh.Blobs;
using Mesh.Ingest.Tests.Data;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>A store of one blob that is in memory, and in a file as soon as one is asked for; by preference a file in memory too.</summary>
/// <param name="piece">Bytes that one read gives at most.</param>
internal sealed class MemoryBlob(byte[] bytes, int piece) : IBlobStore, IDisposable
{
    private static readonly string Folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private string? _path;
    private int _inUse;
    private long _read;

    /// <summary>Bytes that streams gave.</summary>
    public long BytesRead => Interlocked.Read(ref _read);

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default) =>
        Task.FromResult<Stream>(new PieceStream(bytes, (int)offset, (int)(length ?? bytes.Length - offset), piece, count => Interlocked.Add(ref _read, count)));

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        if (_path is null)
        {
            _path = Path.Combine(Folder, $"mesh-test-{Guid.NewGuid():n}");
            File.WriteAllBytes(_path, bytes);
        }

        _inUse++;
        return Task.FromResult(new LocalBlob(_path, new Use(this)));
    }

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        Task.FromResult<BlobInfo?>(new BlobInfo(digest, bytes.Length));

    public Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) => throw new NotSupportedException();

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null) => throw new NotSupportedException();

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => throw new NotSupportedException();

    public void Dispose()
    {
        if (_path is not null)
        {
            File.Delete(_path);
        }

        Assert.True(_inUse == 0, "A reader did not give the local file back.");
    }

    private sealed class Use(MemoryBlob blob) : IDisposable
    {
        private bool _ended;

        public void Dispose()
        {
            blob._inUse -= _ended ? 0 : 1;
            _ended = true;
        }
    }
}
