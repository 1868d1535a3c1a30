using System.Diagnostics;
using System.Text.RegularExpressions;
using Mesh.AppHost.Local.Processes;

namespace Mesh.AppHost.Tests;

/// <summary>An app host in a process of its own.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly List<string> lines = [];
    private readonly Process process;

    private HostProcess(string program, string[] args, string? workingDirectory, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(BuiltProject.Dotnet, ["exec", program, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public string Output
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    /// <summary>The small mesh of TestHost/Program.cs.</summary>
    public static HostProcess Test(string[] args, string? workingDirectory = null, params (string Name, string Value)[] environment) =>
        new(TestPaths.Host, args, workingDirectory, environment);

    /// <summary>The mesh itself.</summary>
    public static HostProcess Mesh(params string[] args) =>
        new(TestPaths.AppHost, args, null, []);

    /// <summary>A copy of the mesh's app host elsewhere.</summary>
    public static HostProcess At(string program, string workingDirectory, string[] args, params (string Name, string Value)[] environment) =>
        new(program, args, workingDirectory, environment);

    public Task PrintsAsync(string pattern, int seconds = 60) =>
        Eventually.BecomesTrueAsync(
            () => Regex.IsMatch(Output, pattern) || (process.HasExited ? throw new InvalidOperationException($"ended; it printed:\n{Output}") : false),
            TimeSpan.FromSeconds(seconds),
            $"'{pattern}' in the output");

    public string Match(string pattern) => Regex.Match(Output, pattern).Groups[1].Value;

    public void Signal(int signal) => Assert.Equal(0, Processes.Signal(process.Id, signal));

    public async Task<int> ExitAsync(int seconds = 30)
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
    }
}
