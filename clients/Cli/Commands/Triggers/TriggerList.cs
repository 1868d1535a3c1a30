using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Triggers;

internal sealed class TriggerList : MeshCommand
{
    private readonly Argument<string> _pipeline = new("PIPELINE") { Description = "The pipeline." };

    public TriggerList()
        : base("list", "Lists the triggers of a pipeline, with what they did last.", "mesh pipeline trigger list gray28") => Add(_pipeline);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var pipeline = Names.Of(run, "pipelines", run.Get(_pipeline));
        var triggers = await run.Mesh.ListTriggersAsync(pipeline, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListTriggersResponse { Triggers = { triggers } }, triggers, $"{pipeline} has no triggers. Make one: {run.Command("pipeline trigger create --help")}",
            ["TRIGGER", "DATASET", "ON", "TRAINS", "LAST VERSION", "PROBLEM"],
            trigger =>
            [
                Names.Id(trigger.Name), TriggerText.Source(trigger), trigger.Disabled ? "no" : "yes", trigger.TrainingRun is null ? "-" : Names.Id(trigger.TrainingRun.Model),
                trigger.Firings.Count == 0 ? "-" : $"{Names.Id(trigger.Firings[0].DatasetVersion)}: {TriggerText.State(trigger.Firings[0])}", TriggerText.Problem(trigger),
            ]);
        return ExitCode.Ok;
    }
}
