using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>
/// Appends to one upload, alone. Bytes count only after <see cref="CommitAsync"/>, which is also tried at dispose, so that what a broken connection
/// delivered is kept. Not thread safe.
/// </summary>
public sealed class StagingWriter : IAsyncDisposable
{
    private readonly SafeFileHandle file;
    private readonly StagingSlot slot;
    private long position;

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

    /// <summary>Bytes that are durable.</summary>
    public long CommittedBytes => slot.CommittedBytes!.Value;

    /// <summary>Appends at the end. After a failure the upload continues at <see cref="CommittedBytes"/>.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await StoreFault.Guard(() => RandomAccess.WriteAsync(file, bytes, position, cancellation));
        }
        catch
        {
            // Part of it may have been written.
            position = CommittedBytes;
            StoreFault.Guard(() => RandomAccess.SetLength(file, position));
            slot.ContinueHashAt(position);
            throw;
        }
        slot.Hash(bytes.Span);
        position += bytes.Length;
    }

    /// <summary>Syncs the file and returns <see cref="CommittedBytes"/>. Costs a disk flush: call it every few MiB, not for every message.</summary>
    public async Task<long> CommitAsync(CancellationToken cancellation)
    {
        if (CommittedBytes != position)
        {
            await Task.Run(() => StoreFault.Guard(() => RandomAccess.FlushToDisk(file)), cancellation);
            slot.CommittedBytes = position;
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
}
