using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Caching;

/// <summary>
/// Local copies of remote blobs in a folder that the processes of a machine share. A blob is fetched by one of them while the others wait, gets its name
/// when it is whole, verified and durable, and is not evicted while anyone has it open. The folder never holds more than its capacity: what was not used
/// for longest goes first. Everything but the files' names and times is in the system's locks, so a killed process leaves nothing but a temporary file,
/// which the next fetch removes.
/// </summary>
/// <remarks>A copy may outlive its blob: one that another machine deleted can still be opened here until it is evicted.</remarks>
public sealed class BlobCache : IDisposable
{
    private const int LooksForRoom = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly CacheFolder folder;
    private readonly VerifiedFiles verified = new();
    private readonly SharedFetches fetches = new();
    private readonly TimeProvider time;
    private readonly ILogger<BlobCache> logger;

    /// <param name="root">Created when missing; on a local file system.</param>
    /// <param name="capacity">Bytes.</param>
    /// <exception cref="BlobStoreException">The folder cannot be created.</exception>
    public BlobCache(string root, long capacity, TimeProvider time, ILogger<BlobCache> logger)
    {
        folder = new CacheFolder(root, capacity);
        (this.time, this.logger) = (time, logger);
        StoreFault.Guard(folder.Create);
    }

    /// <param name="store">Where the blob comes from; calls share a fetch from one store, as another may not have it.</param>
    /// <param name="open">Opens the blob there; its stream knows its length.</param>
    /// <param name="cancellation">Ends the wait. What was begun goes on, so that another call need not begin anew.</param>
    internal async Task<LocalBlob> OpenAsync(
        object store, BlobScope scope, BlobDigest digest, Func<CancellationToken, Task<Stream>> open, CancellationToken cancellation)
    {
        var path = folder.PathOf(scope, digest);
        while (true)
        {
            if (await FindAsync(path, digest, cancellation) is { } cached)
            {
                return cached;
            }
            using var fetch = fetches.Join((store, path), token => FetchOnceAsync(path, digest, open, token));
            await fetch.Done.WaitAsync(cancellation);
            if (await FindAsync(path, digest, cancellation) is { } fetched)
            {
                return fetched;
            }
        }
    }

    /// <summary>Ends the fetches under way.</summary>
    public void Dispose() => fetches.Dispose();

    /// <summary>Removes a copy unless it is in use; then it is evicted later.</summary>
    internal Task DropAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        var path = folder.PathOf(scope, digest);
        verified.Remove(path);
        return LockedAsync(() => CacheFolder.TryRemove(path), cancellation);
    }

    /// <summary>An empty file to read and write, that no name leads to: gone when it is closed, however that happens.</summary>
    internal Task<SafeFileHandle> OpenSpoolAsync(CancellationToken cancellation) => LockedAsync(
        () =>
        {
            var path = folder.NewTemporary();
            var file = OwnerOnlyFile.Create(path);
            BlobLayout.RemoveTemporary(path);
            return file;
        },
        cancellation);

    /// <returns>Null when it is not there, or is not what it was.</returns>
    private async Task<LocalBlob?> FindAsync(string path, BlobDigest digest, CancellationToken cancellation)
    {
        var used = await LockedAsync(() => CacheFolder.TryUse(path, time.GetUtcNow()), cancellation);
        if (used is null)
        {
            return null;
        }
        try
        {
            if (await IsSoundAsync(path, digest, cancellation))
            {
                return new LocalBlob(path, used);
            }
        }
        catch
        {
            used.Dispose();
            throw;
        }
        used.Dispose();
        logger.CachedFileDamaged();
        await LockedAsync(() => CacheFolder.TryRemove(path), cancellation);
        return null;
    }

    private async Task<bool> IsSoundAsync(string path, BlobDigest digest, CancellationToken cancellation)
    {
        var look = StoreFault.Guard(() => FileLook.At(path));
        if (!verified.Has(path, look))
        {
            if ((await HashedContent.OfFileAsync(path, cancellation)).Digest != digest)
            {
                return false;
            }
            verified.Add(path, look);
        }
        return true;
    }

    private async Task<LocalBlob> FetchOnceAsync(
        string path, BlobDigest digest, Func<CancellationToken, Task<Stream>> open, CancellationToken cancellation)
    {
        using var alone = await FileLock.AcquireAsync(folder.FetchLock(digest), time, cancellation);
        return await FindAsync(path, digest, cancellation) ?? await FetchAsync(path, digest, open, cancellation);
    }

    private async Task<LocalBlob> FetchAsync(
        string path, BlobDigest digest, Func<CancellationToken, Task<Stream>> open, CancellationToken cancellation)
    {
        await using var content = await open(cancellation);
        var temporary = folder.NewTemporary();
        try
        {
            using (var file = await ReserveAsync(temporary, content.Length, cancellation))
            {
                var copied = await HashedCopy.WriteAsync(file, content, cancellation);
                if (copied.Digest != digest)
                {
                    throw BlobCorruptException.OtherContent(digest, copied.Digest);
                }
                StoreFault.Guard(() => RandomAccess.FlushToDisk(file));
                return new LocalBlob(path, await LockedAsync(() => Publish(file, temporary, path), cancellation));
            }
        }
        finally
        {
            BlobLayout.RemoveTemporary(temporary);
        }
    }

    /// <summary>
    /// Looks again before it says that there is no room: files may just have been let go, and a process that is being started has those of its parent open
    /// for a moment.
    /// </summary>
    private async Task<SafeFileHandle> ReserveAsync(string temporary, long size, CancellationToken cancellation)
    {
        for (var look = 1; ; look++)
        {
            try
            {
                return await LockedAsync(() => folder.Reserve(temporary, size), cancellation);
            }
            catch (BlobStoreFullException) when (look < LooksForRoom)
            {
                await Task.Delay(BetweenLooks, time, cancellation);
            }
        }
    }

    private SafeFileHandle Publish(SafeFileHandle fetched, string temporary, string path)
    {
        folder.Publish(temporary, path);
        verified.Add(path, FileLook.At(path));
        // Closed before it is opened for use, as it is open for nobody else so far.
        fetched.Dispose();
        return CacheFolder.TryUse(path, time.GetUtcNow())!;
    }

    private async Task<T> LockedAsync<T>(Func<T> action, CancellationToken cancellation)
    {
        using var alone = await FileLock.AcquireAsync(folder.Lock, time, cancellation);
        return StoreFault.Guard(action);
    }
}
