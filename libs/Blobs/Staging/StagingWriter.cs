using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>
/// Appends to one upload, alone. Bytes count only once they are synced, by <see cref="CommitAsync"/> or <see cref="BeginCommitAsync"/>; that is also
/// tried at dispose, so that what a broken connection delivered is kept. Bytes that could not be synced are cut off at once: for whoever comes next, in this
/// process or another, the file's length is what was written. Not thread safe.
/// </summary>
public sealed class StagingWriter : IAsyncDisposable
{
    private readonly SafeFileHandle file;
    private readonly string path;
    private readonly StagingSlot slot;
    private long position;
    private long committed;
    private Task syncing = Task.CompletedTask;

    /// <summary>Takes over the file and the slot, which the caller has entered.</summary>
    internal StagingWriter(SafeFileHandle file, string path, StagingSlot slot)
    {
        (this.file, this.path, this.slot) = (file, path, slot);
        position = committed = slot.Meet(file, path);
        slot.ContinueHashAt(position);
        slot.WrittenBytes = position;
    }

    /// <summary>Bytes that are written, durable or not.</summary>
    public long Position => position;

    /// <summary>Bytes that are durable.</summary>
    public long CommittedBytes => Volatile.Read(ref committed);

    /// <summary>Appends at the end. After a failure the upload continues at <see cref="CommittedBytes"/>.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            // Into the page cache, here and now: a change of threads would cost as much as the write.
            StoreFault.Guard(() => RandomAccess.Write(file, bytes.Span, position));
        }
        catch
        {
            await syncing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Part of it may have been written.
            CutBack();
            throw;
        }
        slot.Hash(bytes.Span);
        position += bytes.Length;
    }

    /// <summary>
    /// Starts to sync what was written, beside the writes that follow, once the sync before is done. A failure of that one is thrown here or from
    /// <see cref="CommitAsync"/>.
    /// </summary>
    public async Task BeginCommitAsync()
    {
        await SyncedAsync();
        syncing = SyncAsync(position);
    }

    /// <summary>Syncs the file and returns <see cref="CommittedBytes"/>. Costs a disk flush: call it at the end, not for every message.</summary>
    public async Task<long> CommitAsync(CancellationToken cancellation)
    {
        await SyncedAsync();
        cancellation.ThrowIfCancellationRequested();
        if (CommittedBytes != position)
        {
            syncing = SyncAsync(position);
            await SyncedAsync();
        }
        return position;
    }

    public async ValueTask DisposeAsync()
    {
        if (file.IsClosed)
        {
            return;
        }
        try
        {
            await CommitAsync(CancellationToken.None);
            StoreFault.Guard(() => slot.Leave(path));
        }
        finally
        {
            slot.WrittenBytes = null;
            file.Dispose();
            slot.Dispose();
        }
    }

    private async Task SyncedAsync()
    {
        try
        {
            await syncing;
        }
        catch
        {
            CutBack();
            throw;
        }
    }

    private void CutBack()
    {
        position = CommittedBytes;
        slot.Forget();
        StoreFault.Guard(() => RandomAccess.SetLength(file, position));
    }

    private async Task SyncAsync(long upTo)
    {
        await Task.Run(() => StoreFault.Guard(() => RandomAccess.FlushToDisk(file)));
        Volatile.Write(ref committed, upTo);
        slot.WrittenBytes = upTo;
    }
}
