using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

/// <summary>Makes a version of uploads and waits until it is checked: what `dataset upload` and `dataset import` end with.</summary>
internal static class VersionCommit
{
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

    public static async Task<DatasetVersion> RunAsync(CommandRun run, string dataset, IEnumerable<string> uploads, ReadingOptions reading)
    {
        var create = new CreateDatasetVersionRequest { Parent = dataset, Uploads = { uploads }, RequestId = CommandRun.NewRequestId() };
        await reading.FillAsync(run, create);
        var version = await run.Mesh.PatientlyAsync(mesh => mesh.Datasets.CreateDatasetVersionAsync(create, cancellationToken: run.Cancel), run.Cancel);
        return await JobFollow.FollowAsync(run, "check", version.Name, run.Command($"dataset show {Names.Short(version.Name)}"),
            run.Mesh.WatchDatasetVersionAsync(version.Name, run.Cancel), v => v.Status);
    }
}
