using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Registry.V1;
using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>A service that takes uploads: its RPCs, and how bytes get there.</summary>
public sealed class UploadTarget
{
    private UploadTarget(
        Func<CreateUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> create, Func<GetUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> get,
        Func<FinishUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> finish, Func<UploadRest, CancellationToken, Task<Upload>> write) =>
        (Create, Get, Finish, Write) = (create, get, finish, write);

    internal Func<CreateUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> Create { get; }

    internal Func<GetUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> Get { get; }

    internal Func<FinishUploadRequest, CancellationToken, AsyncUnaryCall<Upload>> Finish { get; }

    /// <summary>Sends what the upload lacks and returns what it has then.</summary>
    internal Func<UploadRest, CancellationToken, Task<Upload>> Write { get; }

    /// <summary>The service answers within about 20 s, done or not.</summary>
    private static DateTime FinishDeadline => DateTime.UtcNow.AddMinutes(2);

    /// <param name="http">Reaches the same service over plain HTTP, which costs both ends less than messages; null sends messages.</param>
    public static UploadTarget Datasets(DatasetService.DatasetServiceClient client, HttpClient? http = null) => new(
        (r, cancel) => client.CreateUploadAsync(r, cancellationToken: cancel),
        (r, cancel) => client.GetUploadAsync(r, cancellationToken: cancel),
        (r, cancel) => client.FinishUploadAsync(r, deadline: FinishDeadline, cancellationToken: cancel),
        Writing(http, cancel => client.WriteUpload(cancellationToken: cancel)));

    /// <inheritdoc cref="Datasets"/>
    public static UploadTarget Bundles(ModelService.ModelServiceClient client, HttpClient? http = null) => new(
        (r, cancel) => client.CreateBundleUploadAsync(r, cancellationToken: cancel),
        (r, cancel) => client.GetBundleUploadAsync(r, cancellationToken: cancel),
        (r, cancel) => client.FinishBundleUploadAsync(r, deadline: FinishDeadline, cancellationToken: cancel),
        Writing(http, cancel => client.WriteBundleUpload(cancellationToken: cancel)));

    private static Func<UploadRest, CancellationToken, Task<Upload>> Writing(
        HttpClient? http, Func<CancellationToken, AsyncClientStreamingCall<WriteUploadRequest, Upload>> call) => http is null
        ? (rest, cancel) => MessageWriting.RunAsync(call, rest, cancel)
        : (rest, cancel) => HttpWriting.RunAsync(http, rest, cancel);
}
