using Grpc.Core;
using Mesh.Registry.V1;

namespace Mesh.Registry.Serving;

/// <summary>The front door of the serving directory.</summary>
internal sealed class DirectoryApi(ReplicaStream replica, ReplicaWatch watch) : DirectoryService.DirectoryServiceBase
{
    public override Task Serve(IAsyncStreamReader<ServeRequest> requestStream, IServerStreamWriter<ServeResponse> responseStream, ServerCallContext context) =>
        replica.RunAsync(requestStream, responseStream, context.CancellationToken);

    public override Task WatchReplicas(WatchReplicasRequest request, IServerStreamWriter<WatchReplicasResponse> responseStream, ServerCallContext context) =>
        watch.RunAsync(responseStream, context.CancellationToken);
}
