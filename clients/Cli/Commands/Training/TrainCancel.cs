using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

internal sealed class TrainCancel : MeshCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The training run." };

    public TrainCancel()
        : base("cancel", "Cancels a training run.", "mesh train cancel run-019a2c…") => Add(_run);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "trainingRuns", run.Get(_run));
        var training = await run.Mesh.Training.CancelTrainingRunAsync(new CancelTrainingRunRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(training, output => output.WriteLine($"{training.Name} is {JobText.State(training.Status)}."));
        return ExitCode.Ok;
    }
}
