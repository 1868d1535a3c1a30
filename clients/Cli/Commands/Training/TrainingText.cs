using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

/// <summary>A training run, in words.</summary>
internal static class TrainingText
{
    public static void Write(CommandRun command, TextWriter output, TrainingRun run)
    {
        TextTable.WriteFields(output,
        [
            ("run", run.Name),
            .. JobText.Fields(run.Status),
            ("data", run.ProcessedDataset),
            ("architecture", run.Architecture),
            ("settings", Settings(run.Settings)),
            ("last epoch", run.LastEpoch is { } epoch ? TrainingFollow.Line(epoch) : ""),
            ("test accuracy", run.Evaluation is { LabelledRows: > 0 } e ? $"{Amount.Percent(e.TestAccuracy)} of {Amount.Count(e.LabelledRows)} (loss {e.TestLoss:0.0000})" : ""),
            ("onnx diff", run.Evaluation is { } check ? $"{check.OnnxMaxAbsDiff:0.0e+0} at most between torch and ONNX Runtime" : ""),
            ("model", run.ModelVersion.Length > 0 ? run.ModelVersion : run.Model),
            ("alias", run.Alias),
        ]);
        if (run.ModelVersion.Length > 0)
        {
            output.WriteLine($"Next: {command.Command($"deploy create {Names.Id(run.Model)} --model {Names.Short(run.ModelVersion)}")}");
        }
    }

    private static string Settings(TrainingSettings? s) => s is null ? "" : string.Join(", ", new[]
    {
        s.Epochs > 0 ? $"{s.Epochs} epochs" : "",
        s.BatchSize > 0 ? $"batch {s.BatchSize}" : "",
        s.LearningRate > 0 ? $"learning rate {s.LearningRate}" : "",
        s.Optimizer == OptimizerKind.Unspecified ? "" : s.Optimizer.ToString().ToLowerInvariant(),
        s.Schedule == ScheduleKind.Unspecified ? "" : s.Schedule.ToString().ToLowerInvariant(),
        $"seed {s.Seed}",
        s.Device,
    }.Where(part => part.Length > 0));
}
