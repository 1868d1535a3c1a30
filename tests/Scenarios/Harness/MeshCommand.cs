using System.Diagnostics;

namespace Mesh.Scenarios.Harness;

/// <summary>A `mesh` command in a process of its own.</summary>
public sealed class MeshCommand : IDisposable
{
    private readonly Process _process;
    private readonly ProcessOutput _output;

    private MeshCommand(Process process)
    {
        _process = process;
        _output = new ProcessOutput(process);
    }

    public string Output => _output.Text;

    public bool HasExited => _process.HasExited;

    public static MeshCommand Start(RunningMesh mesh, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Built.Cli, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MESH_GATEWAY_GRPC"] = mesh.Grpc.OriginalString;
        start.Environment["MESH_GATEWAY_HTTP"] = mesh.Http.OriginalString;
        start.Environment["MESH_STATE"] = mesh.State;
        return new MeshCommand(Process.Start(start)!);
    }

    public async Task<int> ExitAsync(TimeSpan timeout)
    {
        await _process.WaitForExitAsync().WaitAsync(timeout);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
