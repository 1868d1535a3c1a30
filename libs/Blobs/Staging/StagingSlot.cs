using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>
/// What this process knows of one upload: whose turn it is, how far its own writer is, and the hash so far. The file is the truth: what is known counts only
/// while the file looks as this process left it.
/// </summary>
internal sealed class StagingSlot(StagingLocks locks, string id) : IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim turn = new(1, 1);
    private long writtenBytes = -1;
    private FileLook? left;
    private ContentHasher? hasher;
    private HashedContent? whole;

    /// <summary>Durable bytes while a writer of this process is at work, else null.</summary>
    public long? WrittenBytes
    {
        get => Volatile.Read(ref writtenBytes) is >= 0 and var bytes ? bytes : null;
        set => Volatile.Write(ref writtenBytes, value ?? -1);
    }

    /// <summary>Waits to be the only one with the upload, in this process and among others; disposing lets the next one in.</summary>
    /// <returns>False when it took longer than <paramref name="wait"/>.</returns>
    public async Task<bool> EnterAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        if (!await turn.WaitAsync(wait, cancellation))
        {
            return false;
        }
        try
        {
            for (var pause = FirstLook; !StoreFault.Guard(() => locks.TryTake(id)); pause = pause < LongestWait ? 2 * pause : LongestWait)
            {
                if (time.GetElapsedTime(begun) >= wait)
                {
                    turn.Release();
                    return false;
                }
                await Task.Delay(pause, time, cancellation);
            }
            return true;
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    /// <summary>False when somebody of this process has it.</summary>
    public bool TryEnterHere() => turn.Wait(0);

    public void LeaveHere() => turn.Release();

    /// <summary>
    /// Looks at the file before it is used: forgets the hash when another process has changed it, and makes durable what that one may not have.
    /// </summary>
    /// <returns>The file's bytes, all durable.</returns>
    public long Meet(SafeFileHandle file, string path)
    {
        var look = FileLook.At(path);
        if (left != look)
        {
            Forget();
            RandomAccess.FlushToDisk(file);
            left = look;
        }
        return look.Size;
    }

    /// <summary>Remembers how the file looks now that all of it is durable.</summary>
    public void Leave(string path) => left = FileLook.At(path);

    /// <summary>Starts the hash with the first byte; an upload that grew in another process is hashed when it is to be finished.</summary>
    public void ContinueHashAt(long position)
    {
        if (hasher?.Size != position)
        {
            Forget();
            hasher = position == 0 ? new ContentHasher() : null;
        }
    }

    public void Hash(ReadOnlySpan<byte> bytes) => hasher?.Append(bytes);

    /// <summary>Reads from the file what the hash lacks. What a cancelled call has read is kept for the next.</summary>
    public async Task<BlobInfo> HashRestAsync(SafeFileHandle file, CancellationToken cancellation)
    {
        if (whole is not null)
        {
            return whole.Info;
        }
        hasher ??= new ContentHasher();
        await hasher.AppendRestAsync(file, cancellation);
        return new BlobInfo(hasher.Digest, hasher.Size);
    }

    /// <summary>The hashes of the whole file; kept, as what is done with them may fail and be tried again.</summary>
    public async Task<HashedContent> ContentAsync(SafeFileHandle file, CancellationToken cancellation)
    {
        if (whole is null)
        {
            await HashRestAsync(file, cancellation);
            whole = hasher!.Finish();
            hasher.Dispose();
            hasher = null;
        }
        return whole;
    }

    /// <summary>Of the file's look and its hash.</summary>
    public void Forget()
    {
        hasher?.Dispose();
        (hasher, whole, left) = (null, null, null);
    }

    /// <summary>Lets the next one in; the slot itself lives on.</summary>
    public void Dispose()
    {
        try
        {
            locks.Release(id);
        }
        finally
        {
            turn.Release();
        }
    }
}
