using System.Runtime.InteropServices;

namespace Mesh.Cli.Running;

/// <summary>Ctrl+C and SIGTERM end the command in good order; a second one ends the process at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interrupts() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Running.ExitCode.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Running.ExitCode.Terminated)),
    ];

    public CancellationToken Token => _cancel.Token;

    public int ExitCode { get; private set; } = Running.ExitCode.Interrupted;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _cancel.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (_cancel.IsCancellationRequested)
        {
            return;
        }

        context.Cancel = true;
        ExitCode = exitCode;
        _cancel.Cancel();
    }
}
