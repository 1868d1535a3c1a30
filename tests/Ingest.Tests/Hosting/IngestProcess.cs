using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>The Ingest service as a process of its own, on a port that stays the same when it starts again.</summary>
public sealed class IngestProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private IngestProcess(Process process, int port)
    {
        _process = process;
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}", new GrpcChannelOptions { MaxReceiveMessageSize = 16 * 1024 * 1024 });
        Datasets = new DatasetService.DatasetServiceClient(Channel);
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

    public DatasetService.DatasetServiceClient Datasets { get; }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task<IngestProcess> StartAsync(string state, int port, string identity, string connection, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Ingest.dll") },
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
        var ingest = new IngestProcess(new Process { StartInfo = start }, port);
        ingest._process.Start();
        ingest._process.BeginOutputReadLine();
        ingest._process.BeginErrorReadLine();
        await Eventually.BecomesTrueAsync(() => ingest.AnswersAsync(cancel), TimeSpan.FromSeconds(60), "the Ingest process answers");
        return ingest;
    }

    /// <summary>Anonymous memory in bytes: what the process itself allocated, without the pages of files.</summary>
    public long AnonymousBytes()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', '\t').First(word => word.Length > 0 && char.IsAsciiDigit(word[0]))) * 1024;
    }

    /// <summary>Processor time it took so far: says more than the clock on a machine that others use too.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
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
                throw new InvalidOperationException($"The Ingest process ended:\n{_output}");
            }
        }

        try
        {
            await Datasets.ListDatasetsAsync(
                new ListDatasetsRequest { Parent = "projects/default" }, deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: cancel);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
