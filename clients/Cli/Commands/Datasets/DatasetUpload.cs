using System.CommandLine;
using Mesh.Cli.Files;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetUpload : MeshCommand
{
    private readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset; created when missing." };

    private readonly Argument<FileSystemInfo[]> _files = new Argument<FileSystemInfo[]>("FILES")
    {
        Description = "Files and folders. Of a folder its IDX files, else its archives, else every file below it by its relative path.",
        Arity = ArgumentArity.OneOrMore,
    }.AcceptExistingOnly();

    private readonly Option<string> _format = new Option<string>("--format")
    {
        Description = "idx: IDX files; image-folder: archives whose folders are the labels. [default: found from the content]",
        HelpName = "idx|image-folder",
    }.AcceptOnlyFromAmong("idx", "image-folder");

    private readonly Option<FileInfo> _labels = new Option<FileInfo>("--labels")
    {
        Description = "A file with the class names, one a line, in the order of the integer labels. [default: labels.txt of the upload]",
        HelpName = "FILE",
    }.AcceptExistingOnly();

    private readonly Option<int> _parallel = new Option<int>("--parallel")
    {
        Description = "Files sent at the same time.",
        HelpName = "N",
        DefaultValueFactory = _ => FileUploads.AtOnce,
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<int>() is < 1 or > 64)
                {
                    result.AddError("--parallel must be 1 to 64.");
                }
            },
        },
    };

    public DatasetUpload()
        : base("upload", "Uploads files as a new version of a dataset, and waits until it is checked. Run it again to go on after a break.",
            "mesh dataset upload fashion-mnist samples/fashion-mnist",
            "mesh dataset upload pets pets.zip --format image-folder",
            "mesh dataset upload logs day1/ day2/ --parallel 8")
    {
        Add(_dataset);
        Add(_files);
        Add(_format);
        Add(_labels);
        Add(_parallel);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var dataset = Names.Of(run, "datasets", run.Get(_dataset));
        var files = DataFiles.Find(run.Get(_files).Select(file => file.FullName), run.Terminal.Note);
        await EnsureAsync(run, dataset);
        var uploads = await run.Terminal.StageAsync("upload", stage => FileUploads.SendAsync(run, Names.Project(dataset), files, stage, run.Get(_parallel)));
        var create = new CreateDatasetVersionRequest
        {
            Parent = dataset,
            Uploads = { uploads },
            Format = run.Get(_format) switch { "idx" => DataFormat.Idx, "image-folder" => DataFormat.ImageFolder, _ => DataFormat.Unspecified },
            RequestId = CommandRun.NewRequestId(),
        };
        if (run.Get(_labels) is { } labels)
        {
            create.LabelNames.Add(await File.ReadAllLinesAsync(labels.FullName, run.Cancel));
        }

        var version = await run.Mesh.PatientlyAsync(mesh => mesh.Datasets.CreateDatasetVersionAsync(create, cancellationToken: run.Cancel), run.Cancel);
        version = await JobFollow.FollowAsync(run, "check", version.Name, run.Command($"dataset show {Names.Short(version.Name)}"),
            run.Mesh.WatchDatasetVersionAsync(version.Name, run.Cancel), v => v.Status);
        run.Show(version, output => DatasetText.Write(output, version));
        return ExitCode.Ok;
    }

    private static async Task EnsureAsync(CommandRun run, string dataset)
    {
        var create = new CreateDatasetRequest
        {
            Parent = Names.Project(dataset),
            DatasetId = Names.Id(dataset),
            Dataset = new Dataset(),
            RequestId = CommandRun.NewRequestId(),
        };
        var (_, created) = await run.GetOrCreateAsync(
            mesh => mesh.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = dataset }, cancellationToken: run.Cancel),
            mesh => mesh.Datasets.CreateDatasetAsync(create, cancellationToken: run.Cancel));
        if (created)
        {
            run.Terminal.Note($"Created {dataset}.");
        }
    }
}
