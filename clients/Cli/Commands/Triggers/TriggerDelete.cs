using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Triggers;

internal sealed class TriggerDelete : MeshCommand
{
    private readonly Argument<string> _trigger = TriggerArgument.Create("The trigger.");

    public TriggerDelete()
        : base("delete", "Deletes a trigger; the runs that it started stay.", "mesh pipeline trigger delete gray28/new") => Add(_trigger);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = TriggerArgument.Read(run, run.Get(_trigger)).Trigger;
        var empty = await run.Mesh.Triggers.DeleteTriggerAsync(new DeleteTriggerRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {name}."));
        return ExitCode.Ok;
    }
}
