using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;

namespace Mesh.Registry.Tests.Hosting;

/// <summary>The Registry service as a process of its own, on a port that stays the same when it starts again.</summary>
public sealed class RegistryProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private RegistryProcess(Process process, int port)
    {
        _process = process;
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        DataReceivedEventHandler collect = (_, line) =>
        {
            lock (_output)
            {
                _output.AppendLine(line.Data);
            }
        };
        process.OutputDataReceived += collect;
        process.ErrorDataReceived += collect;
    }

    public GrpcChannel Channel { get; }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task<RegistryProcess> StartAsync(string state, int port, string identity, string connection, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Registry.dll") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MESH_STATE"] = state,
                ["MESH_GRPC_PORT"] = port.ToString(),
                ["MESH_PARENT_PIPE"] = "1",
                ["ConnectionStrings__mesh"] = connection,
                ["services__identity__grpc__0"] = identity,
            },
        };
        var registry = new RegistryProcess(new Process { StartInfo = start }, port);
        registry._process.Start();
        registry._process.BeginOutputReadLine();
        registry._process.BeginErrorReadLine();
        await Eventually.BecomesTrueAsync(() => registry.AnswersAsync(cancel), TimeSpan.FromSeconds(60), "the Registry process answers");
        return registry;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        if (_process.HasExited)
        {
            lock (_output)
            {
                throw new InvalidOperationException($"The Registry process ended:\n{_output}");
            }
        }

        try
        {
            await new ModelService.ModelServiceClient(Channel).ListModelsAsync(
                new ListModelsRequest { Parent = "projects/default" }, deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: cancel);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
