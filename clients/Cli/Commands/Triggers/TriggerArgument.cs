using System.CommandLine;
using Mesh.Cli.Running;

namespace Mesh.Cli.Commands.Triggers;

/// <summary>"gray28/nightly" as a trigger of a pipeline.</summary>
internal static class TriggerArgument
{
    public static Argument<string> Create(string description) => new("PIPELINE/TRIGGER") { Description = description };

    /// <exception cref="CommandException">It names no trigger.</exception>
    public static (string Pipeline, string Trigger) Read(CommandRun run, string typed)
    {
        var (pipeline, trigger) = Names.WithChild(run, "pipelines", "triggers", typed);
        return trigger is null ? throw CommandException.Usage($"'{typed}' names a pipeline; write PIPELINE/TRIGGER.") : (pipeline, trigger);
    }
}
