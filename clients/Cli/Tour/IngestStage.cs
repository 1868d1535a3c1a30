using Grpc.Core;
using Mesh.Cli.Commands.Datasets;
using Mesh.Cli.Files;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Errors;
using Mesh.Client.Listing;
using Mesh.Client.Retrying;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;

namespace Mesh.Cli.Tour;

/// <summary>Files to a dataset version; a version of the same files is taken as it is.</summary>
internal static class IngestStage
{
    public static async Task<DatasetVersion> RunAsync(TourRun tour)
    {
        var (run, dataset) = (tour.Command, tour.Name("datasets"));
        var known = default(DatasetVersion);
        var uploads = await tour.StageAsync("upload", async stage =>
        {
            var create = new CreateDatasetRequest
            {
                Parent = run.Project,
                DatasetId = TourRun.Id,
                Dataset = new Dataset { DisplayName = "Fashion-MNIST" },
                RequestId = tour.RequestId("dataset"),
            };
            var (_, created) = await run.GetOrCreateAsync(
                mesh => mesh.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = dataset }, cancellationToken: run.Cancel),
                mesh => mesh.Datasets.CreateDatasetAsync(create, cancellationToken: run.Cancel));
            known = created ? null : await FindAsync(tour, dataset);
            if (known is null)
            {
                return await FileUploads.SendAsync(run, run.Project, tour.Data.Files, stage);
            }

            stage.Report(1, 1, $"the same files are there already: {Names.Short(known.Name)}");
            return [];
        });
        return await tour.TimedAsync("ingest", async () =>
        {
            var version = known ?? await CreateAsync(tour, dataset, uploads);
            return await JobFollow.FollowAsync(run, "ingest", version.Name, run.Command($"dataset show {Names.Short(version.Name)}"),
                run.Mesh.WatchDatasetVersionAsync(version.Name, run.Cancel), state => state.Status, (state, stage) =>
                {
                    var progress = state.Status.Progress;
                    var detail = state.Status.State == JobState.Succeeded ? DatasetText.Splits(state) : JobText.Detail(state.Status);
                    stage.Report(progress?.Done ?? 0, progress?.Total ?? 0, detail);
                });
        });
    }

    /// <summary>A version that is ready and has exactly these files and label names.</summary>
    private static async Task<DatasetVersion?> FindAsync(TourRun tour, string dataset)
    {
        var run = tour.Command;
        var versions = await run.Mesh.PatientlyAsync(mesh => mesh.ListDatasetVersionsAsync(dataset, run.Cancel), run.Cancel);
        return versions.FirstOrDefault(version => version.Status.State == JobState.Succeeded && IsSame(version, tour.Data));
    }

    private static bool IsSame(DatasetVersion version, TourData data) =>
        version.LabelNames.SequenceEqual(data.LabelNames)
        && version.Files.Select(f => (f.Path, f.Sha256)).Order().SequenceEqual(data.Files.Select(f => (f.Name, f.Key)).Order());

    private static async Task<DatasetVersion> CreateAsync(TourRun tour, string dataset, IReadOnlyList<string> uploads)
    {
        var run = tour.Command;
        var request = new CreateDatasetVersionRequest
        {
            Parent = dataset,
            Uploads = { uploads },
            Format = DataFormat.Idx,
            LabelNames = { tour.Data.LabelNames },
            RequestId = DataFile.RequestId("version", [dataset, .. uploads, .. tour.Data.LabelNames]),
        };
        try
        {
            return await run.Mesh.PatientlyAsync(mesh => mesh.Datasets.CreateDatasetVersionAsync(request, cancellationToken: run.Cancel), run.Cancel);
        }
        catch (MeshApiException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // What an earlier tour made with this id was deleted since.
            request.RequestId = tour.RequestId("version");
            return await run.Mesh.PatientlyAsync(mesh => mesh.Datasets.CreateDatasetVersionAsync(request, cancellationToken: run.Cancel), run.Cancel);
        }
    }
}
