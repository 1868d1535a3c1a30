using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Triggers;

/// <summary>"enable" and "disable".</summary>
internal sealed class TriggerSwitch : MeshCommand
{
    private readonly Argument<string> _trigger = TriggerArgument.Create("The trigger.");
    private readonly bool _on;

    private TriggerSwitch(bool on, string name, string description)
        : base(name, description, $"mesh pipeline trigger {name} gray28/new")
    {
        _on = on;
        Add(_trigger);
    }

    public static TriggerSwitch Enable() => new(on: true, "enable", "Lets a trigger go on, with the versions that came meanwhile.");

    public static TriggerSwitch Disable() => new(on: false, "disable", "Keeps a trigger from firing; what it has started goes on.");

    public override async Task<int> RunAsync(CommandRun run)
    {
        var request = new UpdateTriggerRequest { Name = TriggerArgument.Read(run, run.Get(_trigger)).Trigger, Disabled = !_on };
        var trigger = await run.Mesh.Triggers.UpdateTriggerAsync(request, cancellationToken: run.Cancel);
        run.Show(trigger, output => TriggerText.Write(output, trigger));
        return ExitCode.Ok;
    }
}
