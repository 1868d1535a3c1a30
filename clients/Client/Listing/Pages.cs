using System.Runtime.CompilerServices;
using Grpc.Core;
using Mesh.Identity.V1;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.V1;
using Mesh.Registry.V1;
using Mesh.Trainer.V1;
using Mesh.Uploads.V1;

namespace Mesh.Client.Listing;

/// <summary>Every resource of a kind, page after page. <c>parent</c> is "projects/{project}" unless said otherwise.</summary>
public static class Pages
{
    private const int Size = 200;

    public static IAsyncEnumerable<Project> ListProjectsAsync(this MeshClient mesh, CancellationToken cancel = default) => AllAsync(
        token => mesh.Projects.ListProjectsAsync(new ListProjectsRequest { PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Projects, page => page.NextPageToken, cancel);

    public static IAsyncEnumerable<Dataset> ListDatasetsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Datasets.ListDatasetsAsync(new ListDatasetsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Datasets, page => page.NextPageToken, cancel);

    /// <param name="parent">"projects/{project}/datasets/{dataset}"</param>
    public static IAsyncEnumerable<DatasetVersion> ListDatasetVersionsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Datasets.ListDatasetVersionsAsync(
            new ListDatasetVersionsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Versions, page => page.NextPageToken, cancel);

    /// <param name="parent">"projects/{project}/datasets/{dataset}/versions/{version}"</param>
    public static IAsyncEnumerable<RejectedRecord> ListRejectedRecordsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Datasets.ListRejectedRecordsAsync(
            new ListRejectedRecordsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.RejectedRecords, page => page.NextPageToken, cancel);

    /// <param name="state">UNSPECIFIED for all.</param>
    public static IAsyncEnumerable<Upload> ListUploadsAsync(
        this MeshClient mesh, string parent, UploadState state = UploadState.Unspecified, CancellationToken cancel = default) => AllAsync(
        token => mesh.Datasets.ListUploadsAsync(
            new ListUploadsRequest { Parent = parent, State = state, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Uploads, page => page.NextPageToken, cancel);

    public static IAsyncEnumerable<Import> ListImportsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Imports.ListImportsAsync(new ListImportsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Imports, page => page.NextPageToken, cancel);

    public static IAsyncEnumerable<Pipeline> ListPipelinesAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Pipelines.ListPipelinesAsync(new ListPipelinesRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Pipelines, page => page.NextPageToken, cancel);

    /// <param name="parent">"projects/{project}/pipelines/{pipeline}"</param>
    public static IAsyncEnumerable<PipelineRun> ListPipelineRunsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Pipelines.ListPipelineRunsAsync(
            new ListPipelineRunsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Runs, page => page.NextPageToken, cancel);

    /// <param name="parent">"projects/{project}/pipelines/{pipeline}"</param>
    public static IAsyncEnumerable<Trigger> ListTriggersAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Triggers.ListTriggersAsync(new ListTriggersRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Triggers, page => page.NextPageToken, cancel);

    public static IAsyncEnumerable<ProcessedDataset> ListProcessedDatasetsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Pipelines.ListProcessedDatasetsAsync(
            new ListProcessedDatasetsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.ProcessedDatasets, page => page.NextPageToken, cancel);

    public static IAsyncEnumerable<TrainingRun> ListTrainingRunsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Training.ListTrainingRunsAsync(
            new ListTrainingRunsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.TrainingRuns, page => page.NextPageToken, cancel);

    public static IAsyncEnumerable<Model> ListModelsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Models.ListModelsAsync(new ListModelsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Models, page => page.NextPageToken, cancel);

    /// <param name="parent">"projects/{project}/models/{model}"</param>
    public static IAsyncEnumerable<ModelVersion> ListModelVersionsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Models.ListModelVersionsAsync(
            new ListModelVersionsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Versions, page => page.NextPageToken, cancel);

    public static IAsyncEnumerable<Deployment> ListDeploymentsAsync(this MeshClient mesh, string parent, CancellationToken cancel = default) => AllAsync(
        token => mesh.Deployments.ListDeploymentsAsync(
            new ListDeploymentsRequest { Parent = parent, PageSize = Size, PageToken = token }, cancellationToken: cancel),
        page => page.Deployments, page => page.NextPageToken, cancel);

    private static async IAsyncEnumerable<T> AllAsync<TPage, T>(
        Func<string, AsyncUnaryCall<TPage>> fetch, Func<TPage, IEnumerable<T>> items, Func<TPage, string> nextToken,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var token = "";
        do
        {
            cancel.ThrowIfCancellationRequested();
            var page = await fetch(token).ConfigureAwait(false);
            foreach (var item in items(page))
            {
                yield return item;
            }

            token = nextToken(page);
        }
        while (token.Length > 0);
    }
}
