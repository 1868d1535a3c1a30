using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Common.V1;
using Mesh.Trainer.V1;
using Mesh.Tests.Shared;

namespace Mesh.Trainer.Tests.Service;

/// <summary>The real service as a process of its own, whose workers are processes of their own.</summary>
public sealed class TrainerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private TrainerProcess(Process process, int port)
    {
        _process = process;
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        Training = new TrainingService.TrainingServiceClient(Channel);
        Tenancy = new TenancyService.TenancyServiceClient(Channel);
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

    public TrainingService.TrainingServiceClient Training { get; }

    public TenancyService.TenancyServiceClient Tenancy { get; }

    public static async Task<TrainerProcess> StartAsync(TemporaryFolder state, MeshSeam mesh, CancellationToken cancel, string? connection = null)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Trainer.dll")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MESH_STATE"] = state.Path,
                ["MESH_GRPC_PORT"] = port.ToString(),
                ["MESH_PARENT_PIPE"] = "1",
                ["ConnectionStrings__mesh"] = connection ?? "",
                ["services__identity__grpc__0"] = mesh.Address,
                ["services__preprocessing__grpc__0"] = mesh.Address,
                ["services__registry__grpc__0"] = mesh.Address,
                ["Jobs__Cpus"] = "1",
                ["Jobs__RetryDelaySeconds"] = "0",
                ["Jobs__StopGraceSeconds"] = "5",
            },
        };
        var service = new TrainerProcess(new Process { StartInfo = start }, port);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        await Eventually.BecomesTrueAsync(() => service.AnswersAsync(cancel), TimeSpan.FromSeconds(60), "the service answers");
        return service;
    }

    /// <summary>Process ids of the workers of a run.</summary>
    public static List<int> Workers(string run) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!).Where(pid => Works(pid, run))];

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancel);
    }

    /// <summary>Lines of level error or critical.</summary>
    public IReadOnlyList<string> Errors()
    {
        lock (_output)
        {
            return [.. _output.ToString().Split('\n').Where(line => line.Contains("Z fail: ") || line.Contains("Z crit: ") || line.StartsWith("crit: "))];
        }
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        if (!_process.HasExited)
        {
            // The service stops as when whoever started it has gone.
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Works(int pid, string run)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains($"MESH_JOB_NAME={run}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        if (_process.HasExited)
        {
            lock (_output)
            {
                throw new InvalidOperationException($"The service ended:\n{_output}");
            }
        }

        try
        {
            await Training.ListTrainingRunsAsync(new() { Parent = "projects/default" }, deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: cancel);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
