using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Mesh.Inference.Tests.Support;

/// <summary>The service as a process of its own, as it runs in production.</summary>
internal sealed partial class InferenceProcess : IDisposable
{
    private const int Sigterm = 15;

    private readonly StringBuilder output = new();

    private InferenceProcess(Process process) => Process = process;

    public Process Process { get; }

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public static InferenceProcess Start(string state, string registry, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Inference.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = state,
        };
        start.Environment["MESH_STATE"] = state;
        start.Environment["services__registry__grpc__0"] = registry;
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var running = new InferenceProcess(Process.Start(start)!);
        DataReceivedEventHandler collect = (_, line) =>
        {
            lock (running.output)
            {
                running.output.AppendLine(line.Data);
            }
        };
        running.Process.OutputDataReceived += collect;
        running.Process.ErrorDataReceived += collect;
        running.Process.BeginOutputReadLine();
        running.Process.BeginErrorReadLine();
        return running;
    }

    public void Terminate() => Assert.Equal(0, Kill(Process.Id, Sigterm));

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
