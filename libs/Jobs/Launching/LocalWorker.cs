using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.Jobs.Launching;

/// <summary>
/// A child process. Its standard input is a pipe that only this process holds open: it reads end of file when the service
/// dies, however that happens, and ends itself.
/// </summary>
internal sealed partial class LocalWorker : ILaunchedWorker
{
    private const int SigTerm = 15;
    private static readonly TimeSpan DrainOutput = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly WorkerOutput _output;
    private readonly Lock _gate = new();
    private bool _gone;

    public LocalWorker(Process process, WorkerOutput output)
    {
        (_process, _output) = (process, output);
        Exited = WatchAsync();
    }

    public Task<string> Exited { get; }

    public void RequestStop() => WhileAlive(() => Signal(_process.Id, SigTerm));

    public void Kill() => WhileAlive(() => _process.Kill(entireProcessTree: true));

    private void WhileAlive(Action act)
    {
        lock (_gate)
        {
            if (!_gone && !_process.HasExited)
            {
                act();
            }
        }
    }

    private async Task<string> WatchAsync()
    {
        var pumps = Task.WhenAll(
            _output.PumpAsync(_process.StandardOutput.BaseStream, everyLine: false),
            _output.PumpAsync(_process.StandardError.BaseStream, everyLine: true));
        await _process.WaitForExitAsync();
        // A grandchild may hold the pipe open; its output is not worth waiting for.
        await Task.WhenAny(pumps, Task.Delay(DrainOutput));
        lock (_gate)
        {
            _gone = true;
            var how = Describe(_process.ExitCode);
            _output.Dispose();
            _process.Dispose();
            return how;
        }
    }

    private static string Describe(int code) => code switch
    {
        128 + 6 => "SIGABRT",
        128 + 9 => "SIGKILL",
        128 + 11 => "SIGSEGV",
        128 + SigTerm => "SIGTERM",
        _ => $"exit code {code}",
    };

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
