using System.Text;

namespace Mesh.AppHost.Local.Logs;

/// <summary>An appended text file. At its size limit it becomes <c>{name}.1</c>, replacing the one before.</summary>
internal sealed class LogFile : IDisposable
{
    public const long SizeLimit = 16 << 20;

    private readonly Lock gate = new();
    private readonly string path;
    private readonly long sizeLimit;
    private StreamWriter? writer;
    private long size;

    /// <exception cref="DistributedApplicationException">The file cannot be written.</exception>
    public LogFile(string path, long sizeLimit = SizeLimit)
    {
        this.path = path;
        this.sizeLimit = sizeLimit;
        try
        {
            Open();
            if (size >= sizeLimit)
                Rotate();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"cannot write the log {path}: {fault.Message}", fault);
        }
    }

    /// <summary>False once writing has failed (a full disk): from then on lines are dropped rather than stopping the service.</summary>
    public bool Write(string line)
    {
        lock (gate)
        {
            if (writer is null)
                return false;
            try
            {
                writer.WriteLine(line);
                size += line.Length + 1;
                if (size >= sizeLimit)
                    Rotate();
                return true;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                writer = null;
                return false;
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            writer?.Dispose();
            writer = null;
        }
    }

    private void Open()
    {
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        size = file.Length;
        writer = new StreamWriter(file, new UTF8Encoding(false)) { AutoFlush = true };
    }

    private void Rotate()
    {
        writer?.Dispose();
        writer = null;
        File.Move(path, path + ".1", overwrite: true);
        Open();
    }
}
