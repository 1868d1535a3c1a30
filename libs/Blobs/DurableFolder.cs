using System.Runtime.InteropServices;

namespace Mesh.Blobs;

/// <summary>Makes names durable: a renamed or created file survives a power cut only after its folder was synced too.</summary>
internal static partial class DurableFolder
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>EXDEV: a rename between file systems.</summary>
    public const int CrossDevice = 18;

    private const int OpenDirectoryReadOnly = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC of linux-x64

    /// <summary>Creates <paramref name="folder"/> and what is missing above it down from <paramref name="root"/>, for the owner only.</summary>
    public static void Create(string root, string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }
        if (folder.Length > root.Length)
        {
            Create(root, Path.GetDirectoryName(folder)!);
        }
        Directory.CreateDirectory(folder, OwnerOnly);
        Sync(Path.GetDirectoryName(folder)!);
    }

    public static void Sync(string folder)
    {
        var descriptor = Open(folder, OpenDirectoryReadOnly);
        var failed = descriptor < 0 || FileSync(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }
        if (failed)
        {
            throw new IOException($"A folder could not be synced: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    /// <summary>Renames over what is there, and never copies as <see cref="File.Move(string, string)"/> would between file systems.</summary>
    /// <exception cref="IOException">With errno as HResult.</exception>
    public static void Rename(string from, string to)
    {
        if (RenameFile(from, to) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"A file could not be renamed: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int RenameFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
