using Grpc.Core;
using Mesh.Registry.V1;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>The serving directory, as Registry speaks it, saying what the test wants.</summary>
internal sealed class TestDirectory : DirectoryService.DirectoryServiceBase
{
    private readonly Lock _gate = new();
    private WatchReplicasResponse? _now;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Say(IEnumerable<ReplicaReport> replicas)
    {
        lock (_gate)
        {
            _now = new WatchReplicasResponse { Replicas = { replicas } };
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public override async Task WatchReplicas(WatchReplicasRequest request, IServerStreamWriter<WatchReplicasResponse> stream, ServerCallContext context)
    {
        WatchReplicasResponse? said = null;
        while (true)
        {
            WatchReplicasResponse? now;
            Task changed;
            lock (_gate)
            {
                (now, changed) = (_now, _changed.Task);
            }

            if (now is not null && now != said)
            {
                await stream.WriteAsync(said = now, context.CancellationToken);
            }

            await changed.WaitAsync(context.CancellationToken);
        }
    }
}
