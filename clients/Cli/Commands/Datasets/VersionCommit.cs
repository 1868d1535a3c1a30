using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

/// <summary>Makes a version of uploads and waits until it is checked: what `dataset upload` and `dataset import` end with.</summary>
internal static class VersionCommit
{
    public static Option<string> FormatOption() => new Option<string>("--format")
    {
        Description = "idx: IDX files; image-folder: archives whose folders are the labels. [default: found from the content]",
        HelpName = "idx|image-folder",
    }.AcceptOnlyFromAmong("idx", "image-folder");

    public static Option<FileInfo> LabelsOption() => new Option<FileInfo>("--labels")
    {
        Description = "A file with the class names, one a line, in the order of the integer labels. [default: labels.txt of the upload]",
        HelpName = "FILE",
    }.AcceptExistingOnly();

    /// <summary>Creates the dataset when it is missing.</summary>
    public static async Task EnsureDatasetAsync(CommandRun run, string dataset)
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

    /// <param name="format">Of <see cref="FormatOption"/>.</param>
    /// <param name="labels">Of <see cref="LabelsOption"/>.</param>
    public static async Task<DatasetVersion> RunAsync(CommandRun run, string dataset, IEnumerable<string> uploads, string? format, FileInfo? labels)
    {
        var create = new CreateDatasetVersionRequest
        {
            Parent = dataset,
            Uploads = { uploads },
            Format = format switch { "idx" => DataFormat.Idx, "image-folder" => DataFormat.ImageFolder, _ => DataFormat.Unspecified },
            RequestId = CommandRun.NewRequestId(),
        };
        if (labels is not null)
        {
            create.LabelNames.Add(await File.ReadAllLinesAsync(labels.FullName, run.Cancel));
        }

        var version = await run.Mesh.PatientlyAsync(mesh => mesh.Datasets.CreateDatasetVersionAsync(create, cancellationToken: run.Cancel), run.Cancel);
        return await JobFollow.FollowAsync(run, "check", version.Name, run.Command($"dataset show {Names.Short(version.Name)}"),
            run.Mesh.WatchDatasetVersionAsync(version.Name, run.Cancel), v => v.Status);
    }
}
