using System.Diagnostics;
using System.Text;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>The gateway as a process of its own, in front of an Ingest process. Fails its test when it logged an error.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private GatewayProcess(Process process, int grpc, int http)
    {
        _process = process;
        (Grpc, Http) = (new Uri($"http://127.0.0.1:{grpc}"), new Uri($"http://127.0.0.1:{http}"));
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

    public Uri Grpc { get; }

    public Uri Http { get; }

    public int Id => _process.Id;

    public static async Task<GatewayProcess> StartAsync(Uri ingest, CancellationToken cancel, params (string Key, string Value)[] environment)
    {
        var (grpc, http) = (FreePort.Next(), FreePort.Next());
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Gateway.dll") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MESH_GRPC_PORT"] = $"{grpc}",
                ["MESH_HTTP_PORT"] = $"{http}",
                ["MESH_PARENT_PIPE"] = "1",
                ["services__ingest__grpc__0"] = ingest.ToString(),
            },
        };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var gateway = new GatewayProcess(new Process { StartInfo = start }, grpc, http);
        gateway._process.Start();
        gateway._process.BeginOutputReadLine();
        gateway._process.BeginErrorReadLine();
        using var client = new HttpClient { BaseAddress = gateway.Http };
        await Eventually.BecomesTrueAsync(() => gateway.AnswersAsync(client, cancel), TimeSpan.FromSeconds(60), "the gateway answers");
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        string[] errors = [.. _output.ToString().Split('\n').Where(line => line.Contains("Z fail: ") || line.Contains("Z crit: ") || line.StartsWith("crit: "))];
        Assert.True(errors.Length == 0, "The gateway logged unexpected errors:\n" + string.Join('\n', errors));
    }

    private async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancel)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"The gateway ended:\n{_output}");
        }

        try
        {
            using var response = await client.GetAsync("/alive", cancel);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
