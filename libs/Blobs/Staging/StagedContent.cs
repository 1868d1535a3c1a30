namespace Mesh.Blobs.Staging;

/// <summary>All bytes of an upload, hashed, on their way into the store. Nobody else has the upload until this is disposed.</summary>
public sealed class StagedContent : IDisposable
{
    private readonly IBlobStore store;
    private readonly string path;
    private readonly StagingSlot slot;
    private readonly HashedContent content;
    private readonly Action gone;

    /// <summary>Takes over the slot, which the caller has entered.</summary>
    /// <param name="gone">Is called when the upload is in the store.</param>
    internal StagedContent(IBlobStore store, string path, StagingSlot slot, HashedContent content, Action gone) =>
        (this.store, this.path, this.slot, this.content, this.gone) = (store, path, slot, content, gone);

    public BlobInfo Blob => content.Info;

    /// <summary>Moves the upload into the store; may take as long as a transfer. When the store fails, the upload stays, and its hash is kept for the next try.</summary>
    public async Task<BlobInfo> ImportAsync(BlobScope scope, CancellationToken cancellation)
    {
        var blob = await store.ImportAsync(scope, path, content, cancellation);
        gone();
        return blob;
    }

    /// <summary>Drops the bytes; the upload is empty then.</summary>
    public void Empty() => StoreFault.Guard(() =>
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        slot.Forget();
        RandomAccess.SetLength(file, 0);
        RandomAccess.FlushToDisk(file);
    });

    public void Dispose() => slot.Dispose();
}
