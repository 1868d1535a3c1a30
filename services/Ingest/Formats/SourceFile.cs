using Mesh.Blobs;

namespace Mesh.Ingest.Formats;

/// <summary>A file of a version and where its bytes are.</summary>
/// <param name="Path">As the manifest has it.</param>
internal sealed record SourceFile(IBlobStore Blobs, BlobScope Scope, string Path, BlobDigest Digest, long Size)
{
    /// <summary>Seeks; every byte is verified before it is handed out. Good for reading front to back.</summary>
    public Task<Stream> OpenAsync(CancellationToken cancel) => Blobs.OpenReadAsync(Scope, Digest, cancellation: cancel);

    /// <summary>
    /// A local file, verified as a whole once in this process: for reading in any order, where verifying the megabyte around
    /// each record would cost more than the record.
    /// </summary>
    public async Task<LocalFile> OpenLocalAsync(CancellationToken cancel)
    {
        var blob = await Blobs.OpenLocalAsync(Scope, Digest, cancel);
        try
        {
            return new LocalFile(blob);
        }
        catch (FileNotFoundException)
        {
            // Deleted with its version since the look.
            blob.Dispose();
            throw new BlobNotFoundException(Scope, Digest);
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }
}
