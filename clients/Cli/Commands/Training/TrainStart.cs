using System.CommandLine;
using Mesh.Cli.Commands.Pipelines;
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

    private readonly Option<string> _architecture = new("--architecture", "-a")
    {
        Description = "As `mesh train architectures` lists them.",
        HelpName = "ID",
        DefaultValueFactory = _ => "cnn",
    };

    private readonly Option<string[]> _set = new("--set") { Description = "A hyperparameter of the architecture; repeat it.", HelpName = "NAME=VALUE" };
    private readonly Option<string> _model = new("--model") { Description = "The model to register the result under. [default: the dataset's id]", HelpName = "ID" };
    private readonly Option<string> _alias = new("--alias") { Description = "An alias to set on the new version, for example production.", HelpName = "NAME" };
    private readonly TrainingOptions _settings = new();
    private readonly Option<int> _cpus = new("--cpus") { Description = "Processor cores it may use. [default: the service's]", HelpName = "N" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Return at once; `mesh train watch RUN` shows how it goes." };

    public TrainStart()
        : base("start", "Trains a model and registers it. Options that are left out take the trainer's defaults.",
            "mesh train start --model fashion-mnist --alias production --epochs 8",
            "mesh train start 0f3c5e… --architecture mlp --set hidden=[256,128] --learning-rate 0.001",
            "mesh train start --epochs 20 --no-wait")
    {
        Add(_data);
        Add(_architecture);
        Add(_set);
        Add(_model);
        Add(_alias);
        foreach (var option in _settings.All)
        {
            Add(option);
        }

        Add(_cpus);
        Add(_noWait);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var data = await DataAsync(run);
        var request = new CreateTrainingRunRequest
        {
            Parent = run.Project,
            TrainingRun = new TrainingRun
            {
                ProcessedDataset = data.Name,
                Architecture = run.Get(_architecture),
                Hyperparameters = TransformArgument.Settings(run.Get(_set) ?? [], "--set"),
                Settings = _settings.Read(run),
                Resources = new ResourceSpec { Cpus = run.Get(_cpus) },
                Model = Names.Of(run, "models", run.Get(_model) ?? DatasetOf(data)),
                Alias = run.Get(_alias) ?? "",
            },
            RequestId = CommandRun.NewRequestId(),
        };
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
