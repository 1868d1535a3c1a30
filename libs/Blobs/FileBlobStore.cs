using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs;

/// <summary>
/// Blobs as files, readable by their owner only. A write goes to a temporary file, is synced, and is renamed to its name after its chunk hashes are durable;
/// a crash at any point leaves either the whole blob or a temporary that the next start sweeps.
/// </summary>
public sealed class FileBlobStore : IBlobStore
{
    private readonly BlobLayout layout;
    private readonly BlobPublisher publisher;
    private readonly VerifiedFiles verified = new();

    /// <param name="root">Created when missing. The service's user must own it.</param>
    /// <param name="time">The clock for the sweep; the system's by default.</param>
    /// <param name="temporaryAge">Unfinished files not touched for this long (one hour by default) are removed now: no live writer pauses that long.</param>
    /// <exception cref="BlobStoreException">The root cannot be created or written.</exception>
    public FileBlobStore(string root, TimeProvider? time = null, TimeSpan? temporaryAge = null)
    {
        layout = new BlobLayout(root);
        publisher = new BlobPublisher(layout);
        StoreFault.Guard(() =>
        {
            DurableFolder.Create(layout.Root, layout.Temporary);
            layout.SweepTemporaries((time ?? TimeProvider.System).GetUtcNow() - (temporaryAge ?? TimeSpan.FromHours(1)));
        });
    }

    public async Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation)
    {
        var temporary = layout.NewTemporary();
        try
        {
            var hashed = await WriteTemporaryAsync(temporary, content, cancellation);
            if (expected is { } digest && digest != hashed.Digest)
            {
                throw new BlobDigestMismatchException(digest, hashed.Digest);
            }
            StoreFault.Guard(() => publisher.Publish(layout.Blob(scope, hashed.Digest), temporary, hashed));
            return hashed.Info;
        }
        finally
        {
            BlobLayout.RemoveTemporary(temporary);
        }
    }

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) => Task.Run(
        () =>
        {
            StoreFault.Guard(() => publisher.Adopt(layout.Blob(scope, content.Digest), path, content));
            return content.Info;
        },
        cancellation);

    public Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(StoreFault.Guard(() =>
        {
            var file = Open(scope, digest);
            try
            {
                var blob = new BlobInfo(digest, RandomAccess.GetLength(file));
                var count = VerifiedReadStream.Count(blob, offset, length);
                var chunks = FileChunks.Open(file, layout.Blob(scope, digest) + ChunkSidecar.Suffix, blob);
                return (Stream)new VerifiedReadStream(chunks, blob, offset, count);
            }
            catch (BlobCorruptException) when (!File.Exists(layout.Blob(scope, digest)))
            {
                // Removed since it was opened, and its chunk hashes with it.
                file.Dispose();
                throw new BlobNotFoundException(scope, digest);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }));
    }

    public Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(StoreFault.Guard(() =>
            new FileInfo(layout.Blob(scope, digest)) is { Exists: true } file ? new BlobInfo(digest, file.Length) : null));
    }

    public async Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        var path = layout.Blob(scope, digest);
        var look = StoreFault.Guard(() => File.Exists(path) ? FileLook.At(path) : throw new BlobNotFoundException(scope, digest));
        if (!verified.Has(path, look))
        {
            await VerifyAsync(scope, digest, cancellation);
            verified.Add(path, look);
        }
        return new LocalBlob(path);
    }

    public async Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null)
    {
        var path = layout.Blob(scope, digest);
        var actual = await HashAsync(scope, digest, cancellation, progress);
        if (actual.Digest != digest)
        {
            throw BlobCorruptException.OtherContent(digest, actual.Digest);
        }
        StoreFault.Guard(() => publisher.RepairSidecar(path, actual));
    }

    public Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = layout.Blob(scope, digest);
        verified.Remove(path);
        return Task.FromResult(StoreFault.Guard(() => publisher.Delete(path, digest)));
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var scopeFolder = layout.Scope(scope);
        // One of at most 256 folders is in memory at a time.
        var folders = StoreFault.Guard(() => Directory.Exists(scopeFolder) ? Directory.GetDirectories(scopeFolder) : []);
        foreach (var folder in folders.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var blob in StoreFault.Guard(() => BlobsIn(folder)))
            {
                yield return blob;
            }
        }
    }

    private static List<BlobInfo> BlobsIn(string folder)
    {
        var blobs = new List<BlobInfo>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            if (BlobDigest.TryParse(file.Name, out var digest) && file.Exists)
            {
                blobs.Add(new BlobInfo(digest, file.Length));
            }
        }
        return blobs;
    }

    private SafeFileHandle Open(BlobScope scope, BlobDigest digest)
    {
        try
        {
            return File.OpenHandle(layout.Blob(scope, digest), share: FileShare.Read | FileShare.Delete, options: FileOptions.Asynchronous);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlobNotFoundException(scope, digest);
        }
    }

    private async Task<HashedContent> HashAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress)
    {
        using var file = StoreFault.Guard(() => Open(scope, digest));
        using var hasher = new ContentHasher();
        await hasher.AppendRestAsync(file, cancellation, progress);
        return hasher.Finish();
    }

    private static async Task<HashedContent> WriteTemporaryAsync(string path, Stream content, CancellationToken cancellation)
    {
        using var file = StoreFault.Guard(() => OwnerOnlyFile.Create(path));
        var hashed = await HashedCopy.WriteAsync(file, content, cancellation);
        StoreFault.Guard(() => RandomAccess.FlushToDisk(file));
        return hashed;
    }
}
