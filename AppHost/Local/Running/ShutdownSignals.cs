using System.Runtime.InteropServices;
using Mesh.AppHost.Local.Logs;

namespace Mesh.AppHost.Local.Running;

/// <summary>Ctrl+C, SIGTERM, SIGQUIT and a closed terminal stop the mesh; the second one stops it at once.</summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource hurry = new();
    private readonly List<PosixSignalRegistration> registrations;
    private readonly HostConsole console;

    public ShutdownSignals(HostConsole console)
    {
        this.console = console;
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];
        registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Received))];
    }

    public CancellationToken Stop => stop.Token;

    public CancellationToken Hurry => hurry.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        stop.Dispose();
        hurry.Dispose();
    }

    private void Received(PosixSignalContext context)
    {
        context.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            hurry.Cancel();
            return;
        }
        console.Info("Stopping; once more stops at once.");
        stop.Cancel();
    }
}
