using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>
/// The staging area of resumable uploads: local files that grow by appending and become blobs when they are finished. What was committed survives a crash;
/// the hash is carried along while the process lives and read again from the file otherwise. Several processes may share the folder: each upload is one's at
/// a time, and its file's length is what was written of it.
/// An id matches <c>[a-z0-9][a-z0-9-]{0,62}</c> (else <see cref="ArgumentException"/>).
/// </summary>
public sealed class BlobStaging
{
    private readonly IBlobStore store;
    private readonly string folder;
    private readonly TimeSpan writerWait;
    private readonly TimeProvider time;
    private readonly StagingLocks locks;
    private readonly ConcurrentDictionary<string, StagingSlot> slots = new();

    /// <param name="store">Takes the finished uploads.</param>
    /// <param name="folder">
    /// Created when missing, with what is missing above it, for the owner only. On the file system of a file store, finishing is a rename; elsewhere it copies.
    /// </param>
    /// <param name="writerWait">How long a writer waits for the one before it to let go (10 s by default).</param>
    /// <param name="time">The clock of that wait; the system's by default.</param>
    /// <exception cref="BlobStoreException">The folder cannot be created, or has no locks.</exception>
    public BlobStaging(IBlobStore store, string folder, TimeSpan? writerWait = null, TimeProvider? time = null)
    {
        this.store = store;
        this.folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        this.writerWait = writerWait ?? TimeSpan.FromSeconds(10);
        this.time = time ?? TimeProvider.System;
        StoreFault.Guard(() => DurableFolder.Create(Path.GetPathRoot(this.folder)!, this.folder));
        locks = StoreFault.Guard(() => new StagingLocks(this.folder));
    }

    /// <summary>Names the folder, the same for all processes that share it and for no other: 32 hex digits.</summary>
    public string Folder => locks.Folder;

    /// <summary>Makes an empty upload; does nothing when it exists.</summary>
    public async Task CreateAsync(string id, CancellationToken cancellation)
    {
        var path = PathOf(id);
        if (File.Exists(path))
        {
            return;
        }
        using var slot = await EnterAsync(id, cancellation);
        StoreFault.Guard(() =>
        {
            if (!File.Exists(path))
            {
                OwnerOnlyFile.Create(path).Dispose();
                DurableFolder.Sync(folder);
            }
        });
    }

    /// <summary>Bytes durably written, also while a writer of this process is at work.</summary>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    /// <exception cref="StagingBusyException">Another process is at work with it.</exception>
    public async Task<long> CommittedBytesAsync(string id, CancellationToken cancellation)
    {
        if (slots.TryGetValue(id, out var writing) && writing.WrittenBytes is { } written)
        {
            return written;
        }
        using var slot = await EnterExistingAsync(id, cancellation);
        using var file = OpenFile(id);
        return StoreFault.Guard(() => slot.Meet(file, PathOf(id)));
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
    /// Reads what was not hashed while it was written, so that <see cref="TakeAsync"/> need not: a whole upload after a restart. May be cancelled and
    /// called again.
    /// </summary>
    /// <returns>The digest and the number of all bytes there are.</returns>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    public async Task<BlobInfo> HashAsync(string id, CancellationToken cancellation)
    {
        using var slot = await EnterExistingAsync(id, cancellation);
        using var file = OpenFile(id);
        StoreFault.Guard(() => slot.Meet(file, PathOf(id)));
        return await slot.HashRestAsync(file, cancellation);
    }

    /// <summary>Takes the upload to finish it, and keeps others away from it until the result is disposed. Hashes what <see cref="HashAsync"/> has not.</summary>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    public async Task<StagedContent> TakeAsync(string id, CancellationToken cancellation)
    {
        var slot = await EnterExistingAsync(id, cancellation);
        try
        {
            using var file = OpenFile(id);
            StoreFault.Guard(() => slot.Meet(file, PathOf(id)));
            return new StagedContent(store, PathOf(id), slot, await slot.ContentAsync(file, cancellation), () => slots.TryRemove(id, out _));
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Moves the upload into the store. With a wrong digest, or when the store fails, the upload stays. A caller that crashed after the move finds the
    /// blob in the store and no upload.
    /// </summary>
    /// <exception cref="BlobDigestMismatchException">The content's digest is not <paramref name="expected"/>.</exception>
    /// <exception cref="StagingNotFoundException">There is no such upload.</exception>
    public async Task<BlobInfo> FinishAsync(string id, BlobScope scope, BlobDigest? expected, CancellationToken cancellation)
    {
        using var content = await TakeAsync(id, cancellation);
        return expected is { } digest && digest != content.Blob.Digest
            ? throw new BlobDigestMismatchException(digest, content.Blob.Digest)
            : await content.ImportAsync(scope, cancellation);
    }

    /// <summary>Discards an upload, after its writer let go; false when there was none.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellation)
    {
        try
        {
            using var slot = await EnterExistingAsync(id, cancellation);
            slot.Forget();
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

    /// <summary>Forgets the uploads that are gone because another process finished or discarded them.</summary>
    public void ForgetGone()
    {
        foreach (var (id, slot) in slots.Where(known => !File.Exists(PathOf(known.Key))))
        {
            if (slot.TryEnterHere())
            {
                slots.TryRemove(id, out _);
                slot.Forget();
                slot.LeaveHere();
            }
        }
    }

    private string PathOf(string id) => Path.Combine(folder, BlobScope.Validated(id, nameof(id)));

    private async Task<StagingWriter> OpenAsync(string id, CancellationToken cancellation)
    {
        var slot = await EnterExistingAsync(id, cancellation);
        SafeFileHandle? file = null;
        try
        {
            file = OpenFile(id);
            return StoreFault.Guard(() => new StagingWriter(file, PathOf(id), slot));
        }
        catch
        {
            file?.Dispose();
            slot.Dispose();
            throw;
        }
    }

    private async Task<StagingSlot> EnterExistingAsync(string id, CancellationToken cancellation)
    {
        // Before it waits too, so that no slot is made for what never was.
        if (!File.Exists(PathOf(id)))
        {
            throw new StagingNotFoundException(id);
        }
        var slot = await EnterAsync(id, cancellation);
        if (File.Exists(PathOf(id)))
        {
            return slot;
        }
        // The one before finished or discarded it.
        slots.TryRemove(id, out _);
        slot.Dispose();
        throw new StagingNotFoundException(id);
    }

    /// <summary>Waits to be the only one with the upload; disposing the slot lets the next one in.</summary>
    private async Task<StagingSlot> EnterAsync(string id, CancellationToken cancellation)
    {
        while (true)
        {
            var slot = slots.GetOrAdd(id, _ => new StagingSlot(locks, id));
            if (!await slot.EnterAsync(writerWait, time, cancellation))
            {
                throw new StagingBusyException(id);
            }
            if (slots.TryGetValue(id, out var current) && current == slot)
            {
                return slot;
            }
            // Removed by the one before, and perhaps made anew: nobody else waits for this one.
            slot.Dispose();
        }
    }

    // The lock is the slot's. After a crash the file's length is what was written: journaling file systems extend it only after the data.
    private SafeFileHandle OpenFile(string id) => StoreFault.Guard(() =>
        File.OpenHandle(PathOf(id), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous));
}
