using System.CommandLine;
using System.CommandLine.Help;
using Mesh.Cli.Commands;
using Mesh.Cli.Commands.Datasets;
using Mesh.Cli.Commands.Deployments;
using Mesh.Cli.Commands.Imports;
using Mesh.Cli.Commands.Models;
using Mesh.Cli.Commands.Pipelines;
using Mesh.Cli.Commands.Processed;
using Mesh.Cli.Commands.Projects;
using Mesh.Cli.Commands.Training;
using Mesh.Cli.Commands.Triggers;
using Mesh.Cli.Commands.Uploads;

namespace Mesh.Cli.Running;

/// <summary>Every command there is.</summary>
internal static class CommandTree
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Mesh, a deep-learning cloud: from raw data to a served model.")
        {
            new Demo(),
            new Status(),
            Group("project", "Projects hold everything else.", new ProjectCreate(), new ProjectList(), new ProjectDelete()),
            Group("dataset", "Raw data in immutable versions.",
                new DatasetCreate(), new DatasetUpload(), new DatasetImport(), new DatasetDownload(), new DatasetList(), new DatasetShow(), new DatasetHead(),
                new DatasetRecords(), new DatasetStats(), new DatasetRejected(), new DatasetDiff(), new DatasetTag(), new DatasetVerify(), new DatasetDelete()),
            Group("upload", "Files on their way into datasets.", new UploadList(), new UploadShow(), new UploadDelete()),
            Group("import", "Files that the mesh fetches itself.", new ImportList(), new ImportShow(), new ImportCancel()),
            Group("pipeline", "Transforms that prepare data for training, and again for serving.",
                new PipelineCreate(), new PipelineDryRun(), new PipelineRunStart(), new PipelineList(), new PipelineShow(), new PipelineTransforms(), new PipelineCancel(),
                new PipelineDelete(),
                Group("trigger", "What runs a pipeline by itself, and then trains.",
                    new TriggerCreate(), new TriggerList(), new TriggerShow(), TriggerSwitch.Enable(), TriggerSwitch.Disable(), new TriggerDelete())),
            Group("processed", "What pipelines made: rows to train with.", new ProcessedList(), new ProcessedShow(), new ProcessedDownload(), new ProcessedDelete()),
            Group("train", "Training runs.",
                new TrainStart(), new TrainWatch(), new TrainList(), new TrainShow(), new TrainCancel(), new TrainArchitectures()),
            Group("model", "Registered models, their versions and aliases.",
                new ModelList(), new ModelShow(), new ModelAlias(), new ModelDownload(), new ModelDelete()),
            Group("deploy", "Models that are served.",
                new DeployCreate(), new DeployList(), new DeployShow(), new DeployUpdate(), new DeployDelete()),
            new Predict(),
        };
        foreach (var option in GlobalOptions.All)
        {
            root.Add(option);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static Command Group(string name, string description, params IEnumerable<Command> commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Add(command);
        }

        return group;
    }
}
