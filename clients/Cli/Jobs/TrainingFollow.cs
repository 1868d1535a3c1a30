using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Watching;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Jobs;

/// <summary>Shows a training run: a bar over its epochs and a line for each finished one.</summary>
internal static class TrainingFollow
{
    /// <returns>The finished run.</returns>
    /// <exception cref="CommandException">It failed or was cancelled.</exception>
    public static async Task<TrainingRun> FollowAsync(CommandRun run, string title, string name)
    {
        var last = await JobFollow.FollowAsync(
            run, title, name, run.Command($"train watch {Names.Short(name)}"), run.Mesh.WatchTrainingRunAsync(name, run.Cancel),
            message => message.TrainingRun.Status, Show);
        return last.TrainingRun;
    }

    /// <summary>"epoch 3/8  loss 0.4123  val loss 0.3891  val accuracy 86.12%  1,702 images/s  5.3 s".</summary>
    public static string Line(EpochMetrics epoch)
    {
        var validated = epoch.ValidationLoss > 0 || epoch.ValidationAccuracy > 0;
        var validation = validated ? $"  val loss {epoch.ValidationLoss:0.0000}  val accuracy {Amount.Percent(epoch.ValidationAccuracy)}" : "";
        return $"epoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainLoss:0.0000}{validation}  {epoch.SamplesPerSecond:N0} images/s  {epoch.Seconds:0.0} s";
    }

    private static void Show(WatchTrainingRunResponse message, IStage stage)
    {
        StepMetrics? step = null;
        foreach (var metric in message.Metrics)
        {
            if (metric.Epoch is { } epoch)
            {
                stage.Line(Line(epoch));
            }

            step = metric.Step ?? step;
        }

        var status = message.TrainingRun.Status;
        var detail = JobText.Detail(status);
        stage.Report(EpochsDone(message.TrainingRun), message.TrainingRun.Settings?.Epochs ?? 0,
            step is null ? detail : $"{detail}  loss {step.Loss:0.000}  {step.SamplesPerSecond:N0} images/s");
    }

    /// <summary>With the share of the current one, which the progress gives while its stage reads "epoch 3/8".</summary>
    private static double EpochsDone(TrainingRun run)
    {
        var finished = run.LastEpoch?.Epoch ?? 0;
        return run.Status.Progress is { Total: > 0 } progress && progress.Stage.StartsWith($"epoch {finished + 1}/", StringComparison.Ordinal)
            ? finished + Math.Clamp((double)progress.Done / progress.Total, 0, 1)
            : finished;
    }
}
