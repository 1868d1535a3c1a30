using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>
/// Ends the service when the process that started it is gone, even by SIGKILL: with <c>MESH_PARENT_PIPE=1</c> standard
/// input is a pipe whose other end only the parent holds, and end of file means that it died.
/// </summary>
internal sealed partial class ParentPipe(IConfiguration configuration, IHostApplicationLifetime lifetime, ILogger<ParentPipe> logger)
{
    /// <summary>What an orderly stop gets: the app host kills after 6 s.</summary>
    public static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    /// <summary>How long an orderly stop may take before the process ends itself.</summary>
    private static readonly TimeSpan Grace = StopWithin + TimeSpan.FromSeconds(1);

    public static bool IsHeld(IConfiguration configuration) => configuration["MESH_PARENT_PIPE"] == "1";

    /// <summary>From the very start: also a service that hangs in a migration must not outlive its parent.</summary>
    public void Watch()
    {
        if (IsHeld(configuration))
        {
            // A thread of its own: a blocking read for the life of the process would hold a pool thread.
            new Thread(WaitForEndOfFile) { IsBackground = true, Name = "parent pipe" }.Start();
        }
    }

    private void WaitForEndOfFile()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }

        ParentGone(logger);
        if (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            // There is nothing to stop yet, and what a start waits for may never come.
            Environment.Exit(1);
        }

        lifetime.StopApplication();
        if (!lifetime.ApplicationStopped.WaitHandle.WaitOne(Grace))
        {
            Environment.Exit(1);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The process that started this service is gone; stopping.")]
    private static partial void ParentGone(ILogger logger);
}
