using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Triggers;

/// <summary>Triggers in words.</summary>
internal static class TriggerText
{
    public static void Write(TextWriter output, Trigger trigger)
    {
        TextTable.WriteFields(output,
        [
            ("trigger", trigger.Name),
            ("dataset", Source(trigger)),
            ("on", trigger.Disabled ? "no" : "yes"),
            ("trains", trigger.TrainingRun is { } training ? $"{training.Architecture}, as {Names.Short(training.Model)}{(training.Alias.Length > 0 ? $"@{training.Alias}" : "")}" : ""),
            ("created", $"{Amount.At(trigger.CreateTime)} by {trigger.Creator}"),
            ("problem", Printable.Line(trigger.Error)),
        ]);
        if (trigger.Firings.Count > 0)
        {
            output.WriteLine();
            TextTable.Write(output, ["VERSION", "STATE", "FIRED", "RUN", "TRAINING RUN", "PROBLEM"], trigger.Firings.Select(firing => (string[])
            [
                Names.Id(firing.DatasetVersion), State(firing), Amount.At(firing.FireTime), Id(firing.PipelineRun), Id(firing.TrainingRun), firing.Error.Length > 0 ? firing.Error : "-",
            ]));
        }
    }

    /// <summary>"fashion-mnist", "fashion-mnist@production".</summary>
    public static string Source(Trigger trigger) => Names.Id(trigger.Dataset) + (trigger.Tag.Length > 0 ? $"@{trigger.Tag}" : "");

    /// <summary>"handing over", "done".</summary>
    public static string State(TriggerFiring firing) => firing.State == FiringState.HandingOver ? "handing over" : firing.State.ToString().ToLowerInvariant();

    /// <summary>Why it cannot look, or what is wrong with what it did last.</summary>
    public static string Problem(Trigger trigger) =>
        trigger.Error.Length > 0 ? trigger.Error : trigger.Firings is [{ Error.Length: > 0 } last, ..] ? last.Error : "-";

    private static string Id(string name) => name.Length > 0 ? Names.Id(name) : "-";
}
