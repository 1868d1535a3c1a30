using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Ingest.Datasets;
using Mesh.Ingest.Quarantine;
using Mesh.Ingest.Records;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Mesh.Ingest.Versions.Comparing;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.ServiceDefaults.Watching;
using Mesh.Uploads;
using Mesh.Uploads.V1;

namespace Mesh.Ingest;

internal sealed class DatasetApi(
    DatasetStore datasets, UploadStore<IngestDb> uploads, VersionCreation creation, VersionStore versions, PinStore pins, RecordStream records, RecordPartitions partitions, RecordPreview preview,
    QuarantineStore quarantine, VersionTags tags, VersionComparison comparison, VersionCheck check, ProjectGate projects, WatchStream watch) : DatasetService.DatasetServiceBase
{
    private static readonly Empty Done = new();

    public override async Task<Dataset> CreateDataset(CreateDatasetRequest request, ServerCallContext context)
    {
        using var creating = await projects.EnterAsync(ResourcePattern.Project.Parse(request.Parent, "parent")[0], context.CancellationToken);
        return await datasets.CreateAsync(request, context.GetCaller().Principal, context.CancellationToken);
    }

    public override Task<Dataset> GetDataset(GetDatasetRequest request, ServerCallContext context) =>
        datasets.GetAsync(request.Name, context.CancellationToken);

    public override Task<ListDatasetsResponse> ListDatasets(ListDatasetsRequest request, ServerCallContext context) =>
        datasets.ListAsync(request, context.CancellationToken);

    public override async Task<Empty> DeleteDataset(DeleteDatasetRequest request, ServerCallContext context)
    {
        await datasets.DeleteAsync(request.Name, context.CancellationToken);
        return Done;
    }

    public override async Task<Upload> CreateUpload(CreateUploadRequest request, ServerCallContext context)
    {
        using var creating = await projects.EnterAsync(ResourcePattern.Project.Parse(request.Parent, "parent")[0], context.CancellationToken);
        return await uploads.CreateAsync(request, context.GetCaller().Principal, context.CancellationToken);
    }

    public override Task<Upload> WriteUpload(IAsyncStreamReader<WriteUploadRequest> requests, ServerCallContext context) =>
        uploads.WriteAsync(requests, context.CancellationToken);

    public override Task<Upload> GetUpload(GetUploadRequest request, ServerCallContext context) =>
        uploads.GetAsync(request, context.CancellationToken);

    public override Task<ListUploadsResponse> ListUploads(ListUploadsRequest request, ServerCallContext context) =>
        uploads.ListAsync(request, context.CancellationToken);

    public override Task<Upload> FinishUpload(FinishUploadRequest request, ServerCallContext context) =>
        uploads.FinishAsync(request, context.CancellationToken);

    public override async Task<Empty> DeleteUpload(DeleteUploadRequest request, ServerCallContext context)
    {
        await uploads.DeleteAsync(request.Name, context.CancellationToken);
        return Done;
    }

    public override async Task<DatasetVersion> CreateDatasetVersion(CreateDatasetVersionRequest request, ServerCallContext context)
    {
        using var creating = await projects.EnterAsync(IngestNames.Dataset.Parse(request.Parent, "parent")[0], context.CancellationToken);
        return await creation.CreateAsync(request, context.GetCaller().Principal, context.CancellationToken);
    }

    public override async Task<DatasetVersion> GetDatasetVersion(GetDatasetVersionRequest request, ServerCallContext context) =>
        await versions.GetAsync(await tags.ResolveAsync(request.Name, context.CancellationToken), context.CancellationToken);

    public override async Task<DatasetVersion> UpdateDatasetVersion(UpdateDatasetVersionRequest request, ServerCallContext context) =>
        await versions.GetAsync(await tags.UpdateAsync(request, context.CancellationToken), context.CancellationToken);

    public override Task DiffDatasetVersions(
        DiffDatasetVersionsRequest request, IServerStreamWriter<DiffDatasetVersionsResponse> stream, ServerCallContext context) =>
        comparison.RunAsync(request, stream, context.CancellationToken);

    public override Task VerifyDatasetVersion(
        VerifyDatasetVersionRequest request, IServerStreamWriter<VerifyDatasetVersionResponse> stream, ServerCallContext context) =>
        check.RunAsync(request.Name, stream, context.CancellationToken);

    public override Task<ListDatasetVersionsResponse> ListDatasetVersions(ListDatasetVersionsRequest request, ServerCallContext context) =>
        versions.ListAsync(request, context.CancellationToken);

    public override Task WatchDatasetVersion(
        WatchDatasetVersionRequest request, IServerStreamWriter<DatasetVersion> stream, ServerCallContext context) => watch.RunAsync(
        request.Name,
        cancel => versions.GetAsync(request.Name, cancel),
        version => version.Status.State is JobState.Succeeded or JobState.Failed,
        stream,
        context.CancellationToken);

    public override Task<DatasetVersionStatistics> GetDatasetVersionStatistics(GetDatasetVersionStatisticsRequest request, ServerCallContext context) =>
        versions.GetStatisticsAsync(request.Name, context.CancellationToken);

    public override Task<DatasetVersionPreview> PreviewDatasetVersion(PreviewDatasetVersionRequest request, ServerCallContext context) =>
        preview.GetAsync(request, context.CancellationToken);

    public override Task<ListRejectedRecordsResponse> ListRejectedRecords(ListRejectedRecordsRequest request, ServerCallContext context) =>
        quarantine.ListAsync(request, context.CancellationToken);

    public override async Task<Empty> DeleteDatasetVersion(DeleteDatasetVersionRequest request, ServerCallContext context)
    {
        await versions.DeleteAsync(request.Name, context.CancellationToken);
        return Done;
    }

    public override async Task<Empty> PinDatasetVersion(PinDatasetVersionRequest request, ServerCallContext context)
    {
        await pins.PinAsync(request.Name, request.Holder, context.CancellationToken);
        return Done;
    }

    public override async Task<Empty> UnpinDatasetVersion(UnpinDatasetVersionRequest request, ServerCallContext context)
    {
        await pins.UnpinAsync(request.Name, request.Holder, context.CancellationToken);
        return Done;
    }

    public override Task<ListRecordPartitionsResponse> ListRecordPartitions(ListRecordPartitionsRequest request, ServerCallContext context) =>
        partitions.ListAsync(request, context.CancellationToken);

    public override Task ReadRecords(ReadRecordsRequest request, IServerStreamWriter<ReadRecordsResponse> stream, ServerCallContext context) =>
        records.RunAsync(request, stream, context.CancellationToken);
}
