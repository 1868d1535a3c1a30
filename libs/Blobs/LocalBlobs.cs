namespace Mesh.Blobs;

/// <summary>Local files of several blobs of a scope, all in use until this is disposed. Not thread safe.</summary>
public sealed class LocalBlobs(IBlobStore store, BlobScope scope) : IDisposable
{
    private readonly List<LocalBlob> open = [];

    /// <summary>The path of one more. Throws what <see cref="IBlobStore.OpenLocalAsync"/> throws.</summary>
    public async Task<string> OpenAsync(BlobDigest digest, CancellationToken cancellation)
    {
        open.Add(await store.OpenLocalAsync(scope, digest, cancellation));
        return open[^1].Path;
    }

    public void Dispose()
    {
        open.ForEach(blob => blob.Dispose());
        open.Clear();
    }
}
