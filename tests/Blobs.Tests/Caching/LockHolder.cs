using System.Diagnostics;

namespace Mesh.Blobs.Tests.Caching;

/// <summary>A process that has a file locked until it is killed.</summary>
internal sealed class LockHolder : IDisposable
{
    private readonly Process process;

    private LockHolder(Process process) => this.process = process;

    /// <param name="mode">"--shared", as whoever reads it, or "--exclusive".</param>
    public static async Task<LockHolder> StartAsync(string mode, string path)
    {
        // One process all the way: when it is gone, so is the lock.
        var process = Process.Start(new ProcessStartInfo("flock", ["--no-fork", mode, path, "sh", "-c", "echo held; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return new LockHolder(process);
    }

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }
        process.Dispose();
    }
}
