using Mesh.Blobs;

namespace Mesh.Ingest.Tests.Versions;

/// <summary>A store whose verification of a blob tells how far it is and then stops until <see cref="LetGo"/>.</summary>
internal sealed class PausedVerify(IBlobStore inner) : IBlobStore
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Cancelled;

    public void LetGo() => _letGo.TrySetResult();

    public async Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null)
    {
        progress!.Report(7);
        try
        {
            await _letGo.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref Cancelled);
            throw;
        }

        await inner.VerifyAsync(scope, digest, cancellation, progress);
    }

    public Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset, long? length, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => throw new NotSupportedException();
}
