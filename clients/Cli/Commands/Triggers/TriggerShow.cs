using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Triggers;

internal sealed class TriggerShow : MeshCommand
{
    private readonly Argument<string> _trigger = TriggerArgument.Create("The trigger.");

    public TriggerShow()
        : base("show", "Shows a trigger and the latest versions that it fired for.", "mesh pipeline trigger show gray28/new") => Add(_trigger);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var trigger = await run.Mesh.Triggers.GetTriggerAsync(new GetTriggerRequest { Name = TriggerArgument.Read(run, run.Get(_trigger)).Trigger }, cancellationToken: run.Cancel);
        run.Show(trigger, output => TriggerText.Write(output, trigger));
        return ExitCode.Ok;
    }
}
