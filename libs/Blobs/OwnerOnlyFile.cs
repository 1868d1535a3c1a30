using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs;

/// <summary>Files that only their owner may read or write (0600).</summary>
internal static class OwnerOnlyFile
{
    /// <summary>A new file, locked for as long as the handle is open.</summary>
    public static SafeFileHandle Create(string path)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
        Restrict(handle);
        return handle;
    }

    public static void Restrict(SafeFileHandle handle) =>
        File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
}
