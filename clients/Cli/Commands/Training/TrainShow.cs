using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

internal sealed class TrainShow : MeshCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The training run." };

    public TrainShow()
        : base("show", "Shows a training run: settings, state, accuracy and the model it made.", "mesh train show run-019a2c…") => Add(_run);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "trainingRuns", run.Get(_run));
        var training = await run.Mesh.Training.GetTrainingRunAsync(new GetTrainingRunRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(training, output => TrainingText.Write(run, output, training));
        return ExitCode.Ok;
    }
}
