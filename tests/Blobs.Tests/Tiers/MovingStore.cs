using Mesh.Blobs.Tiers;

namespace Mesh.Blobs.Tests.Tiers;

/// <summary>Moves to cold whatever is written, as soon as it was.</summary>
internal sealed class MovingStore(TieredBlobStore tiers) : IBlobStore
{
    public async Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) =>
        await MoveAsync(scope, await tiers.WriteAsync(scope, content, expected, cancellation), cancellation);

    public async Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) =>
        await MoveAsync(scope, await tiers.ImportAsync(scope, path, content, cancellation), cancellation);

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset, long? length, CancellationToken cancellation) =>
        tiers.OpenReadAsync(scope, digest, offset, length, cancellation);

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => tiers.StatAsync(scope, digest, cancellation);

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        tiers.OpenLocalAsync(scope, digest, cancellation);

    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null) => tiers.VerifyAsync(scope, digest, cancellation, progress);

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) => tiers.DeleteAsync(scope, digest, cancellation);

    public IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, CancellationToken cancellation) => tiers.ListAsync(scope, cancellation);

    private async Task<BlobInfo> MoveAsync(BlobScope scope, BlobInfo blob, CancellationToken cancellation)
    {
        try
        {
            await tiers.MoveToColdAsync(scope, blob.Digest, () => Task.FromResult(true), cancellation);
        }
        catch (BlobNotFoundException)
        {
            // Deleted since.
        }
        return blob;
    }
}
