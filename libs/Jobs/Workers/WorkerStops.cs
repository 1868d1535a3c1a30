using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.Jobs.Workers;

/// <summary>
/// The ways a worker is told to stop. SIGTERM: checkpoint and leave. End of file on standard input: the service is gone,
/// nothing can be reported any more. SIGINT is ignored: Ctrl+C reaches the whole process group, and the service decides.
/// </summary>
internal sealed class WorkerStops : IDisposable
{
    /// <summary>How long a body may take to notice that it was aborted.</summary>
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _yield = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly PosixSignalRegistration _term;
    private readonly PosixSignalRegistration _interrupt;
    private Timer? _lastResort;

    public WorkerStops()
    {
        _term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            RequestYield();
        });
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        Stopped = CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token, _abort.Token);
        new Thread(WaitForEndOfFile) { IsBackground = true, Name = "service pipe" }.Start();
    }

    /// <summary>Checkpoint, stop and leave.</summary>
    public CancellationToken Yield => _yield.Token;

    /// <summary>The job is being cancelled.</summary>
    public CancellationToken Cancel => _cancel.Token;

    /// <summary>Stop at once and write nothing more: the lease is lost or the service is gone.</summary>
    public CancellationToken Abort => _abort.Token;

    public bool ServiceGone { get; private set; }

    /// <summary>Cancel or Abort.</summary>
    public CancellationTokenSource Stopped { get; }

    public void RequestYield() => Request(_yield);

    public void RequestCancel() => Request(_cancel);

    public void RequestAbort() => Request(_abort);

    public void Dispose()
    {
        _term.Dispose();
        _interrupt.Dispose();
        // The timer stays: sending the last telemetry may hang too.
    }

    // Callbacks of tokens run elsewhere: none of them may hold up a signal handler or the pipe's thread.
    private static void Request(CancellationTokenSource source) => _ = source.CancelAsync();

    private void WaitForEndOfFile()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        ServiceGone = true;
        RequestAbort();
        // Native code cannot be cancelled, and no orphan may survive its service.
        _lastResort = new Timer(_ => Process.GetCurrentProcess().Kill(), null, AbortTime, Timeout.InfiniteTimeSpan);
    }
}
