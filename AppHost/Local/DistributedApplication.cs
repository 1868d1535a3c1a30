using Mesh.AppHost.Local.Logs;
using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Local;

/// <summary>Runs the mesh as plain processes of this machine until it is told to stop (Ctrl+C, SIGTERM, a cancelled token).</summary>
public class DistributedApplication
{
    private readonly DistributedApplicationBuilder builder;

    internal DistributedApplication(DistributedApplicationBuilder builder) => this.builder = builder;

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Blocks until the mesh has stopped, then sets the process's exit code: 0, 1 for a failed start, 2 for a wrong command line, or the command's own.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default) =>
        Environment.ExitCode = await RunToExitCodeAsync(Console.Out, Console.Error, cancellationToken);

    internal async Task<int> RunToExitCodeAsync(TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var commandLine = builder.CommandLine;
        if (commandLine.Help)
        {
            output.Write(CommandLine.HelpText);
            return 0;
        }
        if (commandLine.ErrorFor(builder.Resources) is { } error)
        {
            errors.WriteLine($"{error} Try --help.");
            return 2;
        }

        try
        {
            using var state = StateDirectory.Open(builder.StateDirectory);
            using var console = new HostConsole(output, Path.Combine(state.Logs, "apphost.log"), commandLine.Command is not null);
            using var signals = new ShutdownSignals(console);
            await using var run = new MeshRun(MeshModel.Create(builder), state, console, builder.Pace);
            return await run.RunAsync(commandLine, signals, cancellationToken);
        }
        catch (DistributedApplicationException fault)
        {
            errors.WriteLine(fault.Message);
            return 1;
        }
    }
}
