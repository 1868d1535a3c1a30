using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Ingest.Imports.Sources;

/// <summary>Opens files whose names somebody else chose.</summary>
internal static partial class OpenFile
{
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// For reading. Returns at once also for a pipe, which would otherwise wait for a writer, and tells where the file that is open
    /// really lies: between a look at a name and its opening, a link on the way may change.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened, or is not a regular file.</exception>
    public static (SafeFileHandle Handle, string RealPath) Read(string path)
    {
        var handle = new SafeFileHandle(Open(path, ReadOnly | NonBlocking | CloseOnExec), ownsHandle: true);
        try
        {
            if (handle.IsInvalid)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
            }

            // Fails for anything without a length: a pipe, a folder, a device.
            _ = RandomAccess.GetLength(handle);
            return (handle, File.ResolveLinkTarget($"/proc/self/fd/{handle.DangerousGetHandle()}", returnFinalTarget: false)!.FullName);
        }
        catch (Exception e) when (e is NotSupportedException or UnauthorizedAccessException)
        {
            handle.Dispose();
            throw new IOException("It is not a regular file.", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);
}
