using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>
/// The staging area of resumable uploads: local files that grow by appending and become blobs when they are finished. What was committed survives a crash;
/// the hash is carried along while the process lives and read again from the file otherwise.
/// An id matches <c>[a-z0-9][a-z0-9-]{0,62}</c> (else <see cref="ArgumentException"/>).
/// </summary>
public sealed class BlobStaging
{
    private readonly IBlobStore store;
    private readonly string folder;
    private readonly TimeSpan writerWait;
    private readonly ConcurrentDictionary<string, StagingSlot> slots = new();

    /// <param name="store">Takes the finished uploads.</param>
    /// <param name="folder">Created when missing. On the file system of a file store, finishing is a rename; elsewhere it copies.</param>
    /// <param name="writerWait">How long a writer waits for the one before it to let go (10 s by default).</param>
    /// <exception cref="BlobStoreException">The folder cannot be created.</exception>
    public BlobStaging(IBlobStore store, string folder, TimeSpan? writerWait = null)
    {
        this.store = store;
        this.folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        this.writerWait = writerWait ?? TimeSpan.FromSeconds(10);
        StoreFault.Guard(() => DurableFolder.Create(this.folder, this.folder));
    }

    /// <summary>Makes an empty upload; does nothing when it exists.</summary>
    public Task CreateAsync(string id, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = PathOf(id);
        StoreFault.Guard(() =>
        {
            try
            {
                OwnerOnlyFile.Create(path).Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
                return;
            }
            DurableFolder.Sync(folder);
        });
        return Task.CompletedTask;
    }

    /// <summary>Bytes durably written, also while a writer is at work.</summary>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    public async Task<long> CommittedBytesAsync(string id, CancellationToken cancellation)
    {
        if (File.Exists(PathOf(id)) && slots.TryGetValue(id, out var slot) && slot.CommittedBytes is { } known)
        {
            return known;
        }
        await using var writer = await OpenAsync(id, cancellation);
        return writer.CommittedBytes;
    }

    /// <summary>Opens the upload for appending and keeps other writers out until the writer is disposed.</summary>
    /// <exception cref="StagingOffsetException">The upload does not end at <paramref name="expectedOffset"/>.</exception>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    /// <exception cref="StagingBusyException">Another writer did not let go in time.</exception>
    public async Task<StagingWriter> OpenAppendAsync(string id, long expectedOffset, CancellationToken cancellation)
    {
        var writer = await OpenAsync(id, cancellation);
        var committed = writer.CommittedBytes;
        if (committed == expectedOffset)
        {
            return writer;
        }
        await writer.DisposeAsync();
        throw new StagingOffsetException(expectedOffset, committed);
    }

    /// <summary>
    /// Reads what was not hashed while it was written, so that <see cref="FinishAsync"/> need not: a whole upload after a restart. May be cancelled and
    /// called again.
    /// </summary>
    /// <returns>The digest of all bytes.</returns>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    public async Task<BlobDigest> HashAsync(string id, CancellationToken cancellation)
    {
        using var slot = await EnterAsync(id, cancellation);
        using var file = OpenFile(id);
        return await slot.HashRestAsync(file, cancellation);
    }

    /// <summary>
    /// Moves the upload into the store. With a wrong digest, or when the store fails, the upload stays. A caller that crashed after the move finds the
    /// blob in the store and no upload.
    /// </summary>
    /// <exception cref="BlobDigestMismatchException">The content's digest is not <paramref name="expected"/>.</exception>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    public async Task<BlobInfo> FinishAsync(string id, BlobScope scope, BlobDigest? expected, CancellationToken cancellation)
    {
        var path = PathOf(id);
        using var slot = await EnterAsync(id, cancellation);
        var content = slot.TakeHash(new FileInfo(path).Length) ?? await HashedContent.OfFileAsync(path, cancellation);
        if (expected is { } digest && digest != content.Digest)
        {
            throw new BlobDigestMismatchException(digest, content.Digest);
        }
        var blob = await store.ImportAsync(scope, path, content, cancellation);
        slots.TryRemove(id, out _);
        return blob;
    }

    /// <summary>Discards an upload, after its writer let go; false when there was none.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellation)
    {
        try
        {
            using var slot = await EnterAsync(id, cancellation);
            slot.DropHash();
            StoreFault.Guard(() => File.Delete(PathOf(id)));
            slots.TryRemove(id, out _);
            return true;
        }
        catch (StagingNotFoundException)
        {
            return false;
        }
    }

    /// <summary>One upload, without opening it; null when there is none.</summary>
    public StagedUpload? Find(string id)
    {
        var path = PathOf(id);
        return StoreFault.Guard(() => new FileInfo(path) is { Exists: true } file ? new StagedUpload(id, file.Length, file.LastWriteTimeUtc) : null);
    }

    /// <summary>All uploads there are, to find the abandoned ones. Bytes of a write in progress are included.</summary>
    public IReadOnlyList<StagedUpload> List() => StoreFault.Guard(() => new DirectoryInfo(folder).GetFiles()
        .Where(file => BlobScope.IsName(file.Name))
        .Select(file => new StagedUpload(file.Name, file.Length, file.LastWriteTimeUtc))
        .ToList());

    private string PathOf(string id) => Path.Combine(folder, BlobScope.Validated(id, nameof(id)));

    private async Task<StagingWriter> OpenAsync(string id, CancellationToken cancellation)
    {
        var slot = await EnterAsync(id, cancellation);
        SafeFileHandle? file = null;
        try
        {
            file = OpenFile(id);
            return StoreFault.Guard(() => new StagingWriter(file, slot));
        }
        catch
        {
            file?.Dispose();
            slot.Dispose();
            throw;
        }
    }

    /// <summary>Waits to be the upload's writer; disposing the slot lets the next one in.</summary>
    private async Task<StagingSlot> EnterAsync(string id, CancellationToken cancellation)
    {
        var path = PathOf(id);
        if (!File.Exists(path))
        {
            throw new StagingNotFoundException(id);
        }
        var slot = slots.GetOrAdd(id, _ => new StagingSlot());
        if (!await slot.Writer.WaitAsync(writerWait, cancellation))
        {
            throw new StagingBusyException(id);
        }
        if (!File.Exists(path))
        {
            // The writer before finished or discarded it.
            slot.Dispose();
            slots.TryRemove(id, out _);
            throw new StagingNotFoundException(id);
        }
        return slot;
    }

    // Locked against other processes too. After a crash the file's length is what was written: journaling file systems extend it only after the data.
    private SafeFileHandle OpenFile(string id)
    {
        try
        {
            return File.OpenHandle(PathOf(id), FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
        }
        catch (IOException locked)
        {
            throw new StagingBusyException(id, locked);
        }
    }
}
