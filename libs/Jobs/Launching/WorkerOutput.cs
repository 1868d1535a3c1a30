using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Mesh.Jobs.Launching;

/// <summary>
/// Appends a worker's output to its log file and repeats warnings in the service's log. Bounded: the file, the length of a
/// repeated line and their number, so that a worker gone wild fills neither disk nor log.
/// </summary>
internal sealed partial class WorkerOutput : IDisposable
{
    private const long MaxFileBytes = 64 << 20;
    private const int MaxLine = 2000;
    private const int MaxRepeated = 100;

    private readonly FileStream _file;
    private readonly string _job;
    private readonly int _attempt;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private int _repeated;
    private bool _closed;

    public WorkerOutput(string file, string job, int attempt, ILogger logger)
    {
        (_job, _attempt, _logger) = (job, attempt, logger);
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!, Owner | UnixFileMode.UserExecute);
        _file = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = Owner,
        });
        Write(Encoding.UTF8.GetBytes($"--- attempt {attempt} of {job}\n"));
    }

    /// <param name="output">Closed at its end: a process leaves its pipes to whoever took them.</param>
    /// <param name="everyLine">Repeat lines that carry no log level too: on standard error those are crashes.</param>
    public async Task PumpAsync(Stream output, bool everyLine)
    {
        await using var closing = output;
        var buffer = new byte[8192];
        var line = new List<byte>(256);
        try
        {
            int read;
            while ((read = await output.ReadAsync(buffer)) > 0)
            {
                Write(buffer.AsSpan(0, read));
                Scan(buffer.AsSpan(0, read), line, everyLine);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process and its pipes are gone.
        }

        Repeat(line, everyLine);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_closed || _file.Position > MaxFileBytes)
            {
                return;
            }

            try
            {
                _file.Write(bytes);
            }
            catch (IOException e)
            {
                _logger.WorkerLogNotWritten(_job, e);
                _closed = true;
            }
        }
    }

    private void Scan(ReadOnlySpan<byte> bytes, List<byte> line, bool everyLine)
    {
        foreach (var b in bytes)
        {
            if (b == '\n')
            {
                Repeat(line, everyLine);
            }
            else if (line.Count < MaxLine)
            {
                line.Add(b);
            }
        }
    }

    private void Repeat(List<byte> line, bool everyLine)
    {
        var text = Encoding.UTF8.GetString([.. line]).TrimEnd();
        line.Clear();
        var level = LevelOf().Match(text);
        var grave = level.Success && level.Groups[1].Value is "warn" or "fail" or "crit";
        if (text.Length == 0 || !(grave || (everyLine && !level.Success)) || Interlocked.Increment(ref _repeated) > MaxRepeated)
        {
            return;
        }

        _logger.WorkerSaid(_job, _attempt, text);
    }

    // "2026-11-22T20:15:00.000Z warn: Category[1] message"
    [GeneratedRegex(@"^(?:\S+Z )?(trce|dbug|info|warn|fail|crit): ")]
    private static partial Regex LevelOf();
}
