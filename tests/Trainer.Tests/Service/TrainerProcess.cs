using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Common.V1;
using Mesh.Trainer.V1;
using Mesh.Tests.Shared;

namespace Mesh.Trainer.Tests.Service;

/// <summary>The real service as a process of its own, whose workers are processes of their own.</summary>
public sealed partial class TrainerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private TrainerProcess(Process process)
    {
        _process = process;
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

    public GrpcChannel Channel { get; private set; } = null!;

    public TrainingService.TrainingServiceClient Training { get; private set; } = null!;

    public TenancyService.TenancyServiceClient Tenancy { get; private set; } = null!;

    /// <param name="cpus">Cores for runs; one that asks for none gets them all.</param>
    public static async Task<TrainerProcess> StartAsync(
        TemporaryFolder state, MeshSeam mesh, CancellationToken cancel, string? connection = null, int cpus = 1, int watchBatch = 4000)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Trainer.dll")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MESH_STATE"] = state.Path,
                // It takes any free port and tells which; a port chosen here could be taken until then.
                ["Logging__Console__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
                ["MESH_PARENT_PIPE"] = "1",
                ["ConnectionStrings__mesh"] = connection ?? "",
                ["services__identity__grpc__0"] = mesh.Address,
                ["services__preprocessing__grpc__0"] = mesh.Address,
                ["services__registry__grpc__0"] = mesh.Address,
                ["Trainer__WatchBatch"] = $"{watchBatch}",
                ["Jobs__Cpus"] = $"{cpus}",
                ["Jobs__RetryDelaySeconds"] = "0",
                ["Jobs__StopGraceSeconds"] = "5",
            },
        };
        var service = new TrainerProcess(new Process { StartInfo = start });
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        service.Connect(await Eventually.GivesAsync(() => Task.FromResult(service.Address()), StartTime, "the service listens"));
        await Eventually.BecomesTrueAsync(() => service.AnswersAsync(cancel), StartTime, "the service answers");
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
        Channel?.Dispose();
        if (!_process.HasExited)
        {
            // The service stops as when whoever started it has gone.
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Connect(string address)
    {
        Channel = GrpcChannel.ForAddress(address);
        Training = new TrainingService.TrainingServiceClient(Channel);
        Tenancy = new TenancyService.TenancyServiceClient(Channel);
    }

    /// <summary>Of the gRPC port, which is bound first; null until then.</summary>
    private string? Address()
    {
        lock (_output)
        {
            var output = _output.ToString();
            return _process.HasExited ? throw new InvalidOperationException($"The service ended:\n{output}")
                : Listening().Match(output) is { Success: true } line ? line.Groups[1].Value : null;
        }
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)\s")]
    private static partial Regex Listening();

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
