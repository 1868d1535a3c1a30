using System.ComponentModel;
using System.Diagnostics;
using Mesh.AppHost.Local.Logs;

namespace Mesh.AppHost.Local.Processes;

/// <summary>
/// A running child. Its standard input is a pipe of which only this process holds the write end (close-on-exec, so no sibling has it):
/// the child sees end of file the moment this process is gone.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    // A grandchild may hold the pipes open after the child has ended.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Process process;
    private readonly bool wrapped;
    private bool disposed;

    private ChildProcess(Process process, bool wrapped, Task output)
    {
        this.process = process;
        this.wrapped = wrapped;
        Id = process.Id;
        Exited = WaitAsync(output);
    }

    public int Id { get; }

    /// <summary>The exit code, once the process has ended and its output has been read; 128 + n if signal n ended it.</summary>
    public Task<int> Exited { get; }

    /// <param name="line">Gets each line of output; true means it came from standard error. Null if the child writes to this terminal.</param>
    public static ChildProcess Start(Launch launch, Action<string, bool>? line)
    {
        var wrapped = !launch.Watched;
        var start = new ProcessStartInfo(wrapped ? "/bin/sh" : launch.Program)
        {
            WorkingDirectory = launch.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = line is not null,
            RedirectStandardError = line is not null,
        };
        foreach (var argument in wrapped ? Watchdog.Around(launch.Program, launch.Arguments, launch.Foreground) : launch.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in launch.Environment)
            start.Environment[name] = value;

        try
        {
            var process = Process.Start(start)!;
            var output = line is null
                ? Task.CompletedTask
                : Task.WhenAll(
                    LinePump.RunAsync(process.StandardOutput, text => line(text, false)),
                    LinePump.RunAsync(process.StandardError, text => line(text, true)));
            return new ChildProcess(process, wrapped, output);
        }
        catch (Win32Exception fault)
        {
            throw new DistributedApplicationException($"cannot start {launch.Program} in {launch.WorkingDirectory}: {fault.Message}", fault);
        }
    }

    public void Terminate() => Send(Signals.Terminate);

    public void Kill() => Send(wrapped ? Signals.User1 : Signals.Kill);

    /// <summary>SIGTERM, then SIGKILL after <paramref name="grace"/> or at once when <paramref name="hurry"/> is cancelled.</summary>
    /// <returns>False when the grace was not enough.</returns>
    public async Task<bool> StopAsync(TimeSpan grace, CancellationToken hurry)
    {
        Terminate();
        try
        {
            await Exited.WaitAsync(grace, hurry);
            return true;
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            Kill();
            await Exited;
            return fault is not TimeoutException;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            process.Dispose();
        }
    }

    private void Send(int signal)
    {
        lock (gate)
        {
            if (!disposed && !process.HasExited)
                Signals.Send(Id, signal);
        }
    }

    private async Task<int> WaitAsync(Task output)
    {
        await process.WaitForExitAsync();
        await Task.WhenAny(output, Task.Delay(Drain));
        return process.ExitCode;
    }
}
