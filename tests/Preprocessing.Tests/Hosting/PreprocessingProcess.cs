using System.Diagnostics;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Common.V1;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>The real service as a process of its own, whose workers are processes of their own. Fails its test when it logged an error.</summary>
public sealed class PreprocessingProcess : IAsyncDisposable
{
    /// <summary>What a worker logs when its attempt fails.</summary>
    public const string FailedAttempt = "Mesh.Jobs.Workers.JobWorker[12]";

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private PreprocessingProcess(Process process, int port)
    {
        _process = process;
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        Pipelines = new PipelineService.PipelineServiceClient(Channel);
        Triggers = new TriggerService.TriggerServiceClient(Channel);
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

    public PipelineService.PipelineServiceClient Pipelines { get; }

    public TriggerService.TriggerServiceClient Triggers { get; }

    public TenancyService.TenancyServiceClient Tenancy { get; }

    /// <summary>Texts of log lines of level error that the test brings about.</summary>
    public List<string> ExpectedErrors { get; } = [];

    public static async Task<PreprocessingProcess> StartAsync(
        TemporaryFolder state, MeshSeam mesh, CancellationToken cancel, string? connection = null, params (string Key, string Value)[] settings)
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Preprocessing.dll")])
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
                ["services__ingest__grpc__0"] = mesh.Address,
                ["services__trainer__grpc__0"] = mesh.Address,
                ["Jobs__Cpus"] = "2",
                ["Jobs__RetryDelaySeconds"] = "0",
                ["Jobs__StopGraceSeconds"] = "5",
            },
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var service = new PreprocessingProcess(new Process { StartInfo = start }, port);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        await Eventually.BecomesTrueAsync(() => service.AnswersAsync(cancel), TimeSpan.FromSeconds(60), "the service answers");
        return service;
    }

    /// <summary>Process ids of the workers of a run and of its parts.</summary>
    public static List<int> Workers(string run) =>
        [.. Processes().Where(pid => Environ(pid).Split('\0').Any(v => v == $"MESH_JOB_NAME={run}" || v.StartsWith($"MESH_JOB_NAME={run}/parts/", StringComparison.Ordinal)))];

    /// <summary>What the process of the dry run that is under way was given.</summary>
    public static string EnvironmentOfDryRun(TemporaryFolder state) =>
        Processes().Select(Environ).Single(environ => environ.Contains("MESH_DRY_RUN_FOLDER=", StringComparison.Ordinal) && environ.Contains($"MESH_STATE={state.Path}\0", StringComparison.Ordinal));

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
            // The service stops as when whoever started it has gone.
            _process.StandardInput.Close();
        }

        // Waits for the end of its output too.
        await _process.WaitForExitAsync();
        _process.Dispose();
        string[] errors =
        [
            .. _output.ToString().Split('\n').Where(line => line.Contains("Z fail: ") || line.Contains("Z crit: ") || line.StartsWith("crit: "))
                .Where(line => !ExpectedErrors.Any(line.Contains)),
        ];
        Assert.True(errors.Length == 0, "The service logged unexpected errors:\n" + string.Join('\n', errors));
    }

    private static IEnumerable<int> Processes() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!);

    /// <summary>Its variables, each ended by a NUL; empty when it is gone or somebody else's.</summary>
    private static string Environ(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
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
            await Pipelines.ListPipelinesAsync(new() { Parent = "projects/default" }, deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: cancel);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
