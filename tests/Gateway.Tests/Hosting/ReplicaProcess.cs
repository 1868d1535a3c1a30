using System.Diagnostics;
using Xunit;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>The test replica as a process of its own, to be killed.</summary>
internal sealed class ReplicaProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ReplicaProcess(Process process, string id, string address) => (_process, Id, Address) = (process, id, address);

    public string Id { get; }

    public string Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<ReplicaProcess> StartAsync(string id)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Gateway.TestReplica.dll"), id },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_TieredPGO"] = "0" },
        };
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(GatewayRig.Patience);
        return new ReplicaProcess(process, id, address ?? throw new InvalidOperationException("The replica did not start."));
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>SIGSTOP: it keeps its connections and says nothing.</summary>
    public Task FreezeAsync() => Process.Start("kill", ["-STOP", $"{_process.Id}"]).WaitForExitAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
