using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Client.Retrying;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

internal sealed class TrainStart : MeshCommand
{
    private readonly Argument<string> _data = new("PROCESSED-DATASET")
    {
        Description = "What it trains on, as `mesh pipeline run` printed it. [default: the project's newest]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly TrainingTemplate _template = new();
    private readonly Option<int> _cpus = new("--cpus") { Description = "Processor cores it may use. [default: the service's]", HelpName = "N" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Return at once; `mesh train watch RUN` shows how it goes." };

    public TrainStart()
        : base("start", "Trains a model and registers it. Options that are left out take the trainer's defaults.",
            "mesh train start --model fashion-mnist --alias production --epochs 8",
            "mesh train start 0f3c5e… --architecture mlp --set hidden=[256,128] --learning-rate 0.001",
            "mesh train start --epochs 20 --no-wait")
    {
        Add(_data);
        foreach (var option in _template.All)
        {
            Add(option);
        }

        Add(_cpus);
        Add(_noWait);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var data = await DataAsync(run);
        var asked = _template.Read(run, DatasetOf(data));
        (asked.ProcessedDataset, asked.Resources) = (data.Name, new ResourceSpec { Cpus = run.Get(_cpus) });
        var request = new CreateTrainingRunRequest { Parent = run.Project, TrainingRun = asked, RequestId = CommandRun.NewRequestId() };
        var training = await run.Mesh.PatientlyAsync(mesh => mesh.Training.CreateTrainingRunAsync(request, cancellationToken: run.Cancel), run.Cancel);
        run.Terminal.Note($"Started {training.Name} on {data.Name}.");
        if (!run.Get(_noWait))
        {
            training = await TrainingFollow.FollowAsync(run, "train", training.Name);
        }

        run.Show(training, output => TrainingText.Write(run, output, training));
        return ExitCode.Ok;
    }

    private async Task<ProcessedDataset> DataAsync(CommandRun run)
    {
        if (run.Get(_data) is { Length: > 0 } given)
        {
            var name = Names.Of(run, "processedDatasets", given);
            return await run.Mesh.Pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = name }, cancellationToken: run.Cancel);
        }

        var all = await run.Mesh.ListProcessedDatasetsAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        return all.MaxBy(data => data.CreateTime)
            ?? throw CommandException.Failed($"{run.Project} has no processed dataset. Make one: {run.Command("pipeline run PIPELINE DATASET")}");
    }

    /// <summary>The id of the dataset that a processed dataset was made of.</summary>
    private static string DatasetOf(ProcessedDataset data) => data.DatasetVersion.Split('/') is ["projects", _, "datasets", var dataset, ..] ? dataset : "model";
}
