using System.Text;

namespace Mesh.AppHost.Local.Logs;

/// <summary>An appended text file. At its size limit it becomes <c>{name}.1</c>, replacing the one before.</summary>
internal sealed class LogFile : IDisposable
{
    public const long SizeLimit = 16 << 20;

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly string path;
    private readonly long sizeLimit;
    private readonly TimeProvider time;
    private StreamWriter? writer;
    private long size;
    private long failedAt;
    private bool closed;

    /// <exception cref="DistributedApplicationException">The file cannot be written.</exception>
    public LogFile(string path, long sizeLimit = SizeLimit, TimeProvider? time = null)
    {
        this.path = path;
        this.sizeLimit = sizeLimit;
        this.time = time ?? TimeProvider.System;
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

    /// <summary>False when writing failed (a full disk): lines are dropped for a minute rather than stopping the service.</summary>
    public bool Write(string line)
    {
        lock (gate)
        {
            try
            {
                if (writer is null)
                {
                    if (closed || time.GetElapsedTime(failedAt) < TryAgainAfter)
                        return false;
                    Open();
                }
                writer!.WriteLine(line);
                size += line.Length + 1;
                if (size >= sizeLimit)
                    Rotate();
                return true;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                failedAt = time.GetTimestamp();
                Abandon();
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
            closed = true;
        }
    }

    private void Open()
    {
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        size = file.Length;
        writer = new StreamWriter(file, new UTF8Encoding(false)) { AutoFlush = true };
    }

    // What is buffered cannot be written: the stream under the writer is closed first.
    private void Abandon()
    {
        var failed = writer;
        writer = null;
        try
        {
            failed?.BaseStream.Dispose();
        }
        catch (IOException)
        {
        }
    }

    private void Rotate()
    {
        writer?.Dispose();
        writer = null;
        File.Move(path, path + ".1", overwrite: true);
        Open();
    }
}
