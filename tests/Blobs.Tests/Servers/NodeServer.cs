using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests.Servers;

/// <summary>
/// A server written in JavaScript, in a process and a temporary folder of its own, on a port of its choice. It ends with the test process however that ends:
/// its shell waits for the end of its standard input, then stops the server and removes the folder.
/// </summary>
internal sealed partial class NodeServer
{
    // $1 folder, the rest is the server's command.
    private const string Script = """
        trap '' INT TERM HUP
        folder=$1; shift
        "$@" </dev/null &
        server=$!
        exec 3<&0
        (cat <&3 >/dev/null; kill -KILL $server) 2>/dev/null &
        wait $server
        rm -rf "$folder"
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private NodeServer(Uri address, string folder) => (Address, Folder) = (address, folder);

    public static string Tools { get; } = Path.Combine(RepoRoot.Path, "tests", ".tools");

    public Uri Address { get; }

    /// <summary>Where it keeps its data.</summary>
    public string Folder { get; }

    /// <summary>Skips the test when npm's package is not installed.</summary>
    public static void Require(string package)
    {
        if (!Directory.Exists(Path.Combine(Tools, "node_modules", package)))
        {
            Assert.Skip($"npm's {package} is not installed; tests/run installs it.");
        }
    }

    /// <param name="command">Gets the folder; the server prints its address when it is ready.</param>
    public static async Task<NodeServer> StartAsync(Func<string, string[]> command)
    {
        var folder = Directory.CreateTempSubdirectory("mesh-server-").FullName;
        var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", folder, "node", .. command(folder)])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new StringBuilder();
        DataReceivedEventHandler read = (_, line) =>
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }
            if (Listening().Match(line.Data ?? "") is { Success: true } found)
            {
                address.TrySetResult(new Uri(found.Value));
            }
        };
        shell.OutputDataReceived += read;
        shell.ErrorDataReceived += read;
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            shell.StandardInput.Close();
            shell.WaitForExit(TimeSpan.FromSeconds(10));
        };
        if (await Task.WhenAny(address.Task, shell.WaitForExitAsync(), Task.Delay(StartTimeout)) != address.Task)
        {
            lock (log)
            {
                throw new InvalidOperationException($"The server did not start:\n{log}");
            }
        }
        return new NodeServer(await address.Task, folder);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}
