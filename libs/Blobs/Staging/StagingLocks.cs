using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Staging;

/// <summary>
/// Keeps apart the processes that share a staging folder. Each upload is one byte of one file that is never removed, so a lock outlives renames and deletes
/// of the upload itself. The system takes back the locks of a process that dies.
/// </summary>
internal sealed partial class StagingLocks
{
    // Of Linux. The locks are the open file's (OFD): they keep out who opened it elsewhere, and not who locks again here.
    private const int TryLock = 37;
    private const int WaitForLock = 38;
    private const short Exclusive = 1;
    private const short Unlocked = 2;
    private const int WouldBlock = 11;
    private const int AccessDenied = 13;

    private readonly SafeFileHandle file;
    private readonly ConcurrentDictionary<string, bool> taken = new();

    /// <param name="folder">Exists.</param>
    /// <exception cref="IOException">The file system has no locks, or failed.</exception>
    public StagingLocks(string folder)
    {
        file = File.OpenHandle(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        OwnerOnlyFile.Restrict(file);
        Folder = Identify();
    }

    /// <summary>Names the folder, the same for all processes that see it: 32 hex digits.</summary>
    public string Folder { get; }

    /// <returns>False when somebody has it, here or in another process.</returns>
    /// <exception cref="IOException">The file system failed.</exception>
    public bool TryTake(string id)
    {
        if (!taken.TryAdd(id, true))
        {
            return false;
        }
        var locked = false;
        try
        {
            return locked = Set(TryLock, Exclusive, PlaceOf(id));
        }
        finally
        {
            if (!locked)
            {
                taken.TryRemove(id, out _);
            }
        }
    }

    public void Release(string id)
    {
        try
        {
            Set(TryLock, Unlocked, PlaceOf(id));
        }
        finally
        {
            // What the system did not let go of is ours still: taking it again succeeds here.
            taken.TryRemove(id, out _);
        }
    }

    /// <summary>The first process that comes writes what the others read.</summary>
    private string Identify()
    {
        Set(WaitForLock, Exclusive, 0);
        try
        {
            var name = new byte[32];
            if (RandomAccess.Read(file, name, 0) < name.Length)
            {
                Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("n"), name);
                RandomAccess.Write(file, name, 0);
                RandomAccess.FlushToDisk(file);
            }
            return Encoding.ASCII.GetString(name);
        }
        finally
        {
            Set(TryLock, Unlocked, 0);
        }
    }

    private bool Set(int command, short kind, long place)
    {
        var range = new Range { Kind = kind, Start = place, Length = 1 };
        if (Control(file, command, ref range) == 0)
        {
            return true;
        }
        var error = Marshal.GetLastPInvokeError();
        return error is WouldBlock or AccessDenied
            ? false
            : throw new IOException($"A file could not be locked: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    // 61 bits of a hash: no two uploads meet. Byte 0 is the folder's.
    private static long PlaceOf(string id) => (BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(id))) & (1L << 61) - 1) + 1;

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Range
    {
        public short Kind;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, ref Range range);
}
