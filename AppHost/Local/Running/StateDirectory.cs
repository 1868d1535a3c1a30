namespace Mesh.AppHost.Local.Running;

/// <summary>The directory that holds all data and logs. One app host at a time has it, by a lock that ends with the process.</summary>
internal sealed class StateDirectory : IDisposable
{
    private readonly FileStream held;
    private readonly string processFile;

    private StateDirectory(string path, FileStream held, string processFile)
    {
        Path = path;
        this.held = held;
        this.processFile = processFile;
    }

    public string Path { get; }

    public string Logs => System.IO.Path.Combine(Path, "logs");

    /// <exception cref="DistributedApplicationException">It cannot be written, or another app host has it.</exception>
    public static StateDirectory Open(string path)
    {
        var processFile = System.IO.Path.Combine(path, "apphost.pid");
        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(path, "logs"));
            var held = Hold(System.IO.Path.Combine(path, "apphost.lock"))
                ?? throw new DistributedApplicationException(
                    $"another app host{Owner(processFile)} is using {path}; stop it, or choose another directory with --state DIR.");
            File.WriteAllText(processFile, $"{Environment.ProcessId}\n");
            return new StateDirectory(path, held, processFile);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"cannot write to the state directory {path}: {fault.Message}", fault);
        }
    }

    public void Dispose()
    {
        File.Delete(processFile);
        held.Dispose();
    }

    // FileShare.None is an advisory lock on Linux. Held by another process, opening fails with EWOULDBLOCK.
    private static FileStream? Hold(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault.HResult == 11)
        {
            return null;
        }
    }

    private static string Owner(string processFile) =>
        File.Exists(processFile) && int.TryParse(File.ReadAllText(processFile), out var id) ? $" (process {id})" : "";
}
