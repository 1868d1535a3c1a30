using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Serving;

/// <summary>Finds the replica for a call, and lets the call wait while there is none.</summary>
public sealed class HeldCalls(ReplicaDirectory replicas, IOptions<GatewayOptions> options, TimeProvider time)
{
    private int _held;

    /// <summary>Calls that wait now.</summary>
    public int Count => Volatile.Read(ref _held);

    /// <param name="tried">Replicas that failed this call. They are asked again only when none else came for a while.</param>
    /// <exception cref="MeshException">UNAVAILABLE or, when the caller set the limit, DEADLINE_EXCEEDED: no replica in time.</exception>
    internal ValueTask<Replica> PickAsync(string? deployment, List<Replica>? tried, CallClock clock, CancellationToken cancel)
    {
        var changed = replicas.Changed;
        return replicas.Pick(deployment, tried) is { } ready ? ValueTask.FromResult(ready) : new(WaitAsync(deployment, tried, clock, changed, cancel));
    }

    private async Task<Replica> WaitAsync(string? deployment, List<Replica>? tried, CallClock clock, Task changed, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _held) > options.Value.MaxHeldCalls)
        {
            Interlocked.Decrement(ref _held);
            throw InferenceErrors.NoReplica("No replica is ready and too many calls wait already.");
        }

        Telemetry.Held.Add(1);
        try
        {
            var again = TimeSpan.FromSeconds(options.Value.SuspectSeconds);
            while (clock.Left(time) is var left && left > TimeSpan.Zero)
            {
                var wait = tried is { Count: > 0 } && again < left ? again : left;
                await changed.WaitAsync(wait, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancel.ThrowIfCancellationRequested();
                if (!changed.IsCompleted)
                {
                    // Nobody came: a connection may have broken under a replica that is well.
                    tried?.Clear();
                }

                changed = replicas.Changed;
                if (replicas.Pick(deployment, tried) is { } replica)
                {
                    return replica;
                }
            }

            var message = deployment is null ? "No replica is ready." : $"No replica is ready with {deployment}.";
            throw clock.IsCallers ? new MeshException(StatusCode.DeadlineExceeded, "NO_REPLICA", message) : InferenceErrors.NoReplica(message);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
            Telemetry.Held.Add(-1);
        }
    }
}

/// <summary>How long a call may still take.</summary>
/// <param name="Started">Timestamp.</param>
/// <param name="IsCallers">The caller set the limit; otherwise it is the gateway's own for waiting.</param>
internal readonly record struct CallClock(long Started, TimeSpan Patience, bool IsCallers)
{
    public TimeSpan Left(TimeProvider time) => Patience - time.GetElapsedTime(Started);

    /// <summary>The gateway's limit is for waiting alone: the time for which a replica worked on the call is given back.</summary>
    public CallClock WithoutWork(TimeSpan work, TimeProvider time) =>
        IsCallers ? this : this with { Started = Started + (long)(work.TotalSeconds * time.TimestampFrequency) };
}
