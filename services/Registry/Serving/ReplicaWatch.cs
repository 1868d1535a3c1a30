using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Registry.Serving;

/// <summary>Tells a gateway about all replicas: at once, when what is routed where changes, and every <see cref="Heartbeat"/>.</summary>
internal sealed class ReplicaWatch(ServingDirectory directory, ServingSignals signals, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Counts, such as requests in flight, travel with it; alone they cause no message.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>The first change goes out at once, and those that follow within this time go together.</summary>
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(IServerStreamWriter<WatchReplicasResponse> stream, CancellationToken cancel)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel, lifetime.ApplicationStopping);
        try
        {
            await FollowAsync(stream, ends.Token, cancel);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw MeshError.Stopping();
        }
    }

    /// <param name="ends">Ends the waiting. A write goes on: to cancel it resets the stream, and the gateway would not hear why.</param>
    private async Task FollowAsync(IServerStreamWriter<WatchReplicasResponse> stream, CancellationToken ends, CancellationToken cancel)
    {
        long? sent = null;
        var written = 0L;
        while (true)
        {
            var changed = signals.NextReplicas();
            var (revision, replicas) = directory.Read();
            var quiet = time.GetElapsedTime(written);
            if (revision != sent || quiet >= Heartbeat)
            {
                await stream.WriteAsync(new WatchReplicasResponse { Replicas = { replicas } }, cancel);
                (sent, written) = (revision, time.GetTimestamp());
                await Task.Delay(Coalesce, time, ends);
                continue;
            }

            using var waited = CancellationTokenSource.CreateLinkedTokenSource(ends);
            await Task.WhenAny(changed, Task.Delay(Heartbeat - quiet, time, waited.Token));
            await waited.CancelAsync();
            ends.ThrowIfCancellationRequested();
        }
    }
}
