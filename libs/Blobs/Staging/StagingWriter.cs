using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>
/// Appends to one upload, alone. Bytes count only once they are synced, by <see cref="CommitAsync"/> or <see cref="BeginCommitAsync"/>; that is also
/// tried at dispose, so that what a broken connection delivered is kept. Not thread safe.
/// </summary>
public sealed class StagingWriter : IAsyncDisposable
{
    private readonly SafeFileHandle file;
    private readonly StagingSlot slot;
    private long position;
    private Task syncing = Task.CompletedTask;

    /// <summary>Takes over the file and the slot, whose writer the caller is.</summary>
    internal StagingWriter(SafeFileHandle file, StagingSlot slot)
    {
        this.file = file;
        this.slot = slot;
        position = RandomAccess.GetLength(file);
        if (slot.CommittedBytes is { } committed && committed < position)
        {
            // Left by a commit that failed.
            RandomAccess.SetLength(file, position = committed);
        }
        if (slot.CommittedBytes != position)
        {
            // Written by a process that is gone, perhaps before it could sync.
            RandomAccess.FlushToDisk(file);
        }
        slot.CommittedBytes = position;
        slot.ContinueHashAt(position);
    }

    /// <summary>Bytes that are written, durable or not.</summary>
    public long Position => position;

    /// <summary>Bytes that are durable.</summary>
    public long CommittedBytes => slot.CommittedBytes!.Value;

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
            position = CommittedBytes;
            StoreFault.Guard(() => RandomAccess.SetLength(file, position));
            slot.ContinueHashAt(position);
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
        await syncing;
        syncing = SyncAsync(position);
    }

    /// <summary>Syncs the file and returns <see cref="CommittedBytes"/>. Costs a disk flush: call it at the end, not for every message.</summary>
    public async Task<long> CommitAsync(CancellationToken cancellation)
    {
        await syncing;
        cancellation.ThrowIfCancellationRequested();
        if (CommittedBytes != position)
        {
            await (syncing = SyncAsync(position));
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
        }
        finally
        {
            file.Dispose();
            slot.Dispose();
        }
    }

    private async Task SyncAsync(long upTo)
    {
        await Task.Run(() => StoreFault.Guard(() => RandomAccess.FlushToDisk(file)));
        slot.CommittedBytes = upTo;
    }
}
