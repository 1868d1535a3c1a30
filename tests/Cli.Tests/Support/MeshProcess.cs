using System.Diagnostics;
using System.Text;

namespace Mesh.Cli.Tests.Support;

/// <summary>What a finished `mesh` process left.</summary>
internal sealed record Result(int ExitCode, string Out, string Error);

/// <summary>The real `mesh` program as a child process.</summary>
internal sealed class MeshProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    private MeshProcess(Process process) => _process = process;

    public string Out
    {
        get
        {
            lock (_out)
            {
                return _out.ToString();
            }
        }
    }

    public static Task<Result> RunAsync(Uri gateway, params string[] args) => RunAsync(gateway, new Dictionary<string, string>(), args);

    public static async Task<Result> RunAsync(Uri gateway, IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        using var mesh = Start(gateway, environment, args);
        return await mesh.EndAsync();
    }

    public static MeshProcess Start(Uri gateway, IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "mesh.dll"));
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        start.Environment["MESH_GATEWAY_GRPC"] = gateway.ToString();
        start.Environment.Remove("MESH_STATE");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var mesh = new MeshProcess(new Process { StartInfo = start });
        mesh._process.OutputDataReceived += (_, line) => Append(mesh._out, line.Data);
        mesh._process.ErrorDataReceived += (_, line) => Append(mesh._error, line.Data);
        mesh._process.Start();
        mesh._process.BeginOutputReadLine();
        mesh._process.BeginErrorReadLine();
        return mesh;
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    public async Task<Result> EndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            throw new TimeoutException($"mesh did not end within a minute. It said:\n{Out}\n{_error}");
        }

        return new(_process.ExitCode, Out, _error.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.Append(line is null ? "" : line + "\n");
        }
    }
}
