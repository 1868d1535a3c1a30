using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Registry.V1;
using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>The upload RPCs of a service; each takes the messages of mesh.uploads.v1.</summary>
public sealed record UploadTarget(
    Func<CreateUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> Create,
    Func<CancellationToken, AsyncClientStreamingCall<WriteUploadRequest, Upload>> Write,
    Func<GetUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> Get,
    Func<FinishUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> Finish)
{
    /// <summary>The server re-reads a large upload to verify it.</summary>
    private static DateTime FinishDeadline => DateTime.UtcNow.AddMinutes(10);

    public static UploadTarget Datasets(DatasetService.DatasetServiceClient client) => new(
        (r, cancel) => client.CreateUploadAsync(r, cancellationToken: cancel),
        cancel => client.WriteUpload(cancellationToken: cancel),
        (r, cancel) => client.GetUploadAsync(r, cancellationToken: cancel),
        (r, cancel) => client.FinishUploadAsync(r, deadline: FinishDeadline, cancellationToken: cancel));

    public static UploadTarget Bundles(ModelService.ModelServiceClient client) => new(
        (r, cancel) => client.CreateBundleUploadAsync(r, cancellationToken: cancel),
        cancel => client.WriteBundleUpload(cancellationToken: cancel),
        (r, cancel) => client.GetBundleUploadAsync(r, cancellationToken: cancel),
        (r, cancel) => client.FinishBundleUploadAsync(r, deadline: FinishDeadline, cancellationToken: cancel));
}
