using Grpc.Core;
using Mesh.Registry.V1;

namespace Mesh.Gateway.Serving;

/// <summary>Keeps <see cref="ReplicaDirectory"/> up to date for as long as the gateway lives.</summary>
internal sealed class DirectoryWatch(
    DirectoryService.DirectoryServiceClient directory, ReplicaDirectory replicas, TimeProvider time, ILogger<DirectoryWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The directory speaks at least every 15 s; one that is silent for longer hangs.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(40);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var delay = Shortest;
        var reachable = true;
        while (!stopping.IsCancellationRequested)
        {
            var problem = "the stream ended";
            try
            {
                await FollowAsync(() => (delay, reachable) = (Shortest, true), stopping);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                problem = e is RpcException rpc ? rpc.StatusCode.ToString() : "it fell silent";
            }

            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (reachable)
            {
                reachable = false;
                logger.DirectoryLost(problem);
            }

            await Task.Delay(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 < Longest ? delay * 2 : Longest;
        }
    }

    private async Task FollowAsync(Action heard, CancellationToken stopping)
    {
        using var silence = new CancellationTokenSource(Silence, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, silence.Token);
        using var call = directory.WatchReplicas(new WatchReplicasRequest(), cancellationToken: ends.Token);
        await foreach (var message in call.ResponseStream.ReadAllAsync(ends.Token))
        {
            silence.CancelAfter(Silence);
            replicas.Update(message.Replicas);
            heard();
        }
    }
}
