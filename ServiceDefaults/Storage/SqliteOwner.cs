using Mesh.ServiceDefaults.Hosting;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>Holds a lock file beside the SQLite file for the life of the process: one process opens one database.</summary>
internal sealed class SqliteOwner(string file) : IDisposable
{
    /// <summary>EWOULDBLOCK, which .NET passes on as it is.</summary>
    private const int HeldByAnother = 11;

    private FileStream? _lock;

    /// <exception cref="StartException">Another process has it.</exception>
    public void Take()
    {
        if (_lock is not null)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            // Locked by the kernel, so that it is free again whatever ends the process.
            _lock = new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == HeldByAnother)
        {
            throw new StartException(
                $"{file} is in use by another process. One SQLite file serves one process; set ConnectionStrings__mesh to a PostgreSQL to run several replicas.");
        }
    }

    public void Dispose() => _lock?.Dispose();
}
