namespace Mesh.Blobs.Tests.Tiers;

/// <summary>Steps until the process of a <see cref="KilledStore"/> ends.</summary>
internal sealed class StepCount(int left)
{
    public int Left { get; set; } = left;
}

/// <summary>A store whose process is killed before the next call once the steps are used up; no later call has an effect.</summary>
internal sealed class KilledStore(IBlobStore inner, StepCount steps) : IBlobStore
{
    public Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) =>
        Step(() => inner.WriteAsync(scope, content, expected, cancellation));

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) =>
        Step(() => inner.ImportAsync(scope, path, content, cancellation));

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset, long? length, CancellationToken cancellation) =>
        Step(() => inner.OpenReadAsync(scope, digest, offset, length, cancellation));

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        Step(() => inner.StatAsync(scope, digest, cancellation));

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        Step(() => inner.OpenLocalAsync(scope, digest, cancellation));

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null) => Step(() => inner.VerifyAsync(scope, digest, cancellation, progress));

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        Step(() => inner.DeleteAsync(scope, digest, cancellation));

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => inner.ListAsync(scope, cancellation);

    private T Step<T>(Func<T> call) => --steps.Left >= 0 ? call() : throw new KilledException();

    public sealed class KilledException : Exception;
}
