using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;

namespace Mesh.Cli.Commands.Training;

internal sealed class TrainWatch : MeshCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The training run." };

    public TrainWatch()
        : base("watch", "Shows a training run from its first epoch until it ends. Ctrl+C leaves it running.",
            "mesh train watch run-019a2c…") => Add(_run);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var training = await TrainingFollow.FollowAsync(run, "train", Names.Of(run, "trainingRuns", run.Get(_run)));
        run.Show(training, output => TrainingText.Write(run, output, training));
        return ExitCode.Ok;
    }
}
