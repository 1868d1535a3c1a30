using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

internal sealed class TrainList : MeshCommand
{
    public TrainList()
        : base("list", "Lists the training runs of the project.", "mesh train list")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var runs = await run.Mesh.ListTrainingRunsAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListTrainingRunsResponse { TrainingRuns = { runs } }, runs, $"{run.Project} has no training runs. Start one: {run.Command("train start")}",
            ["RUN", "STATE", "ARCHITECTURE", "TEST ACCURACY", "MODEL", "CREATED"],
            r =>
            [
                Names.Id(r.Name), JobText.State(r.Status), r.Architecture, r.Evaluation is { LabelledRows: > 0 } e ? Amount.Percent(e.TestAccuracy) : "-",
                Names.Short(r.ModelVersion.Length > 0 ? r.ModelVersion : r.Model), Amount.At(r.Status.CreateTime),
            ]);
        return ExitCode.Ok;
    }
}
