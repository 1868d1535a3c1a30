using Mesh.Registry.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Serving;

/// <summary>Which replicas can answer for which deployment, as the serving directory said last.</summary>
public sealed class ReplicaDirectory(IOptions<GatewayOptions> options, TimeProvider time, ILogger<ReplicaDirectory> logger)
{
    private readonly Lock _updating = new();
    private ServingView _view = ServingView.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next update. Take it before picking, or an update may slip between.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Replaces the picture; replicas that stay keep their counts.</summary>
    public void Update(IReadOnlyList<ReplicaReport> reports)
    {
        lock (_updating)
        {
            var before = _view;
            var now = time.GetTimestamp();
            var view = before.Next(reports, now, now + Ticks(options.Value.LostDeploymentSeconds));
            if (!before.HasSameReplicas(view))
            {
                logger.DirectoryChanged(view.Count);
            }

            Volatile.Write(ref _view, view);
            Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    /// <summary>
    /// The less busy of two replicas drawn at random among those that can answer for the deployment; null when the call
    /// has to wait. Replicas that just broke a call are avoided while another is left. Allocates nothing.
    /// </summary>
    /// <param name="deployment">Resource name; null for a call that any replica can answer (server metadata).</param>
    /// <param name="tried">Replicas that failed this very call; null when it is new.</param>
    public Replica? Pick(string? deployment, List<Replica>? tried)
    {
        var candidates = Volatile.Read(ref _view).For(deployment);
        var now = time.GetTimestamp();
        return Draw(candidates, tried, now) ?? Draw(candidates, tried, long.MaxValue);
    }

    public void Broke(Replica replica, string reason)
    {
        var now = time.GetTimestamp();
        if (replica.Suspect(now, now + Ticks(options.Value.SuspectSeconds)))
        {
            logger.ReplicaSuspect(replica.Id, replica.Address.OriginalString, reason);
        }
    }

    /// <param name="now">Replicas that are suspect at this time are left out; none is at the end of time.</param>
    private static Replica? Draw(ReadOnlySpan<Replica> candidates, List<Replica>? tried, long now)
    {
        var usable = 0;
        foreach (var candidate in candidates)
        {
            usable += IsUsable(candidate, tried, now) ? 1 : 0;
        }

        if (usable == 0)
        {
            return null;
        }

        var first = Random.Shared.Next(usable);
        var second = usable == 1 ? first : (first + 1 + Random.Shared.Next(usable - 1)) % usable;
        Replica? one = null, other = null;
        var index = 0;
        foreach (var candidate in candidates)
        {
            if (IsUsable(candidate, tried, now))
            {
                one = index == first ? candidate : one;
                other = index == second ? candidate : other;
                index++;
            }
        }

        // Either may have become suspect between the two rounds.
        return one is null || (other is not null && other.InFlight < one.InFlight) ? other : one;
    }

    private static bool IsUsable(Replica replica, List<Replica>? tried, long now) => !replica.IsSuspect(now) && tried?.Contains(replica) != true;

    private long Ticks(double seconds) => (long)(seconds * time.TimestampFrequency);
}
