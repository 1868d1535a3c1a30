using Mesh.Blobs;

namespace Mesh.Uploads.Tests;

/// <summary>A store that holds every import back after it was done, until <see cref="LetGo"/>.</summary>
internal sealed class HeldStore(IBlobStore inner) : IBlobStore
{
    private readonly TaskCompletionSource _imported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Imported => _imported.Task;

    public void LetGo() => _letGo.TrySetResult();

    public async Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation)
    {
        var blob = await inner.ImportAsync(scope, path, content, cancellation);
        _imported.TrySetResult();
        await _letGo.Task;
        return blob;
    }

    public Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) =>
        inner.WriteAsync(scope, content, expected, cancellation);

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset, long? length, CancellationToken cancellation) =>
        inner.OpenReadAsync(scope, digest, offset, length, cancellation);

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => inner.StatAsync(scope, digest, cancellation);

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        inner.OpenLocalAsync(scope, digest, cancellation);

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => inner.VerifyAsync(scope, digest, cancellation);

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => inner.DeleteAsync(scope, digest, cancellation);

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => inner.ListAsync(scope, cancellation);
}
