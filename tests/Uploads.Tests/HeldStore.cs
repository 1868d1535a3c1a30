using Mesh.Blobs;

namespace Mesh.Uploads.Tests;

/// <summary>A store whose imports stop, after they were done or before they begin, until <see cref="LetGo"/>.</summary>
/// <param name="before">Stops before the import, which can be cancelled there: a transfer that takes long.</param>
internal sealed class HeldStore(IBlobStore inner, bool before = false) : IBlobStore
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _imports;

    /// <summary>Completes when the first import stops.</summary>
    public Task Held => _held.Task;

    /// <summary>Imports that were begun.</summary>
    public int Imports => Volatile.Read(ref _imports);

    /// <summary>Imports that fail instead of stopping, from the first on.</summary>
    public int Failures;

    public void LetGo() => _letGo.TrySetResult();

    public async Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _imports);
        if (Interlocked.Decrement(ref Failures) >= 0)
        {
            throw new BlobStoreException("The blob store is away.");
        }

        if (before)
        {
            _held.TrySetResult();
            await _letGo.Task.WaitAsync(cancellation);
            return await inner.ImportAsync(scope, path, content, cancellation);
        }

        var blob = await inner.ImportAsync(scope, path, content, cancellation);
        _held.TrySetResult();
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

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null) => inner.VerifyAsync(scope, digest, cancellation, progress);

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => inner.DeleteAsync(scope, digest, cancellation);

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => inner.ListAsync(scope, cancellation);
}
