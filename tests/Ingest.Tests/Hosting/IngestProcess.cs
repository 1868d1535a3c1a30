using System.Diagnostics;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>The Ingest service as a process of its own. Fails its test when it logged an error.</summary>
public sealed class IngestProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private IngestProcess(Process process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}");
        Channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { MaxReceiveMessageSize = 16 * 1024 * 1024 });
        Datasets = new DatasetService.DatasetServiceClient(Channel);
        Imports = new ImportService.ImportServiceClient(Channel);
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

    /// <summary>Where it speaks gRPC.</summary>
    public Uri Address { get; }

    public int Id => _process.Id;

    /// <summary>Texts of errors that this test provokes.</summary>
    public List<string> ExpectedErrors { get; } = [];

    public GrpcChannel Channel { get; }

    public DatasetService.DatasetServiceClient Datasets { get; }

    public ImportService.ImportServiceClient Imports { get; }

    /// <param name="port">0 for any.</param>
    /// <param name="diskMegabytes">When not 0, the state lies on a file system of this size, in a mount namespace of the process's own.</param>
    /// <param name="environment">More settings.</param>
    public static async Task<IngestProcess> StartAsync(
        string state, string identity, string connection, CancellationToken cancel, int port = 0, int diskMegabytes = 0, params (string Key, string Value)[] environment)
    {
        port = port == 0 ? FreePort.Next() : port;
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
                ["Ingest__CommitLeaseSeconds"] = "2",
                ["Imports__LeaseSeconds"] = "2",
                ["services__identity__grpc__0"] = identity,
            },
        };
        if (diskMegabytes > 0)
        {
            Directory.CreateDirectory(state);
            start.FileName = "unshare";
            string[] command = ["-rm", "sh", "-c", $"mount -t tmpfs -o size={diskMegabytes}m tmpfs '{state}' && exec dotnet \"$@\"", "sh", .. start.ArgumentList];
            start.ArgumentList.Clear();
            Array.ForEach(command, start.ArgumentList.Add);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var ingest = new IngestProcess(new Process { StartInfo = start }, port);
        ingest._process.Start();
        ingest._process.BeginOutputReadLine();
        ingest._process.BeginErrorReadLine();
        await Eventually.BecomesTrueAsync(() => ingest.AnswersAsync(cancel), TimeSpan.FromSeconds(60), "the Ingest process answers");
        return ingest;
    }

    /// <inheritdoc cref="ProcessMemory.AnonymousBytes"/>
    public long AnonymousBytes() => ProcessMemory.AnonymousBytes(_process.Id);

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
        }

        // Waits for the end of its output too.
        await _process.WaitForExitAsync();
        _process.Dispose();
        string[] errors = [.. _output.ToString().Split('\n').Where(line => line.Contains("Z fail: ") || line.Contains("Z crit: ") || line.StartsWith("crit: ")).Where(line => !ExpectedErrors.Any(line.Contains))];
        Assert.True(errors.Length == 0, "The service logged unexpected errors:\n" + string.Join('\n', errors));
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
