using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Caching;

/// <summary>
/// A lock between processes, and between tasks of one: who has the file open alone has it. The system takes it back when its holder dies. For local file
/// systems.
/// </summary>
internal static class FileLock
{
    private const int WouldBlock = 11; // EWOULDBLOCK of Linux

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for the lock; disposing the handle lets the next one in. The file stays.</summary>
    public static async Task<SafeFileHandle> AcquireAsync(string path, TimeProvider time, CancellationToken cancellation)
    {
        var wait = FirstWait;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (StoreFault.Guard(() => TryOpenAlone(path, FileMode.OpenOrCreate)) is { } held)
            {
                return held;
            }
            await Task.Delay(wait, time, cancellation);
            wait = wait < LongestWait ? 2 * wait : LongestWait;
        }
    }

    /// <summary>Null when others have the file open.</summary>
    public static SafeFileHandle? TryOpenAlone(string path, FileMode mode = FileMode.Open)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
        }
        catch (IOException inUse) when (inUse.HResult == WouldBlock)
        {
            return null;
        }
    }
}
