using Mesh.Registry.V1;

namespace Mesh.Registry.Serving;

/// <summary>A stream's claim on its replica: a newer stream of the same replica takes it over.</summary>
internal sealed class ReplicaSession(string replicaId)
{
    public string ReplicaId => replicaId;
}

/// <summary>What this process shares about a replica whose stream it has.</summary>
/// <param name="Beat">Differs after each report.</param>
/// <param name="Routes">Differs after each report that changed what is routed where.</param>
internal readonly record struct OwnReplica(ReplicaReport Report, long Beat, long Routes);

/// <summary>
/// The live replicas, in memory: those with a stream to this process, and those that other processes of this service
/// shared. A replica that was silent for <see cref="Silence"/> is not in it.
/// </summary>
internal sealed class ServingDirectory(ServingSignals signals, TimeProvider time, ILogger<ServingDirectory> logger)
{
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Entry> _replicas = new(StringComparer.Ordinal);
    private long _revision;

    /// <summary>Begins a stream's time with its first report.</summary>
    public ReplicaSession Join(ReplicaReport report)
    {
        var session = new ReplicaSession(report.ReplicaId);
        logger.ReplicaJoined(report.ReplicaId, report.Address);
        Change(report.ReplicaId, before => new Entry(report, time.GetTimestamp(), session, time.GetUtcNow().UtcTicks, before?.Routes ?? 0));
        return session;
    }

    /// <returns>False when a newer stream has the replica: this one is over.</returns>
    public bool Hear(ReplicaSession session, ReplicaReport report)
    {
        var heard = true;
        Change(session.ReplicaId, before =>
        {
            heard = before?.Session is null || before.Session == session;
            return !heard ? before
                : new Entry(report, time.GetTimestamp(), session, (before?.Beat ?? time.GetUtcNow().UtcTicks) + 1, before?.Routes ?? 0);
        });
        return heard;
    }

    public void Leave(ReplicaSession session)
    {
        var left = false;
        Change(session.ReplicaId, before => (left = before?.Session == session) ? null : before);
        // Otherwise a newer stream of the replica took over.
        if (left)
        {
            logger.ReplicaLeft(session.ReplicaId);
        }
    }

    /// <summary>What another process shared; a stream to this one knows better.</summary>
    public void HearOther(ReplicaReport report) => Change(report.ReplicaId, before =>
        before is { Session: not null } ? before : new Entry(report, time.GetTimestamp(), null, 0, before?.Routes ?? 0));

    /// <summary>Drops replicas of other processes that are no longer shared.</summary>
    public void ForgetOthers(IReadOnlySet<string> shared)
    {
        foreach (var id in Others().Where(id => !shared.Contains(id)))
        {
            Change(id, before => before?.Session is null ? null : before);
        }
    }

    /// <summary>Keeps replicas of other processes while these cannot be heard.</summary>
    public void KeepOthers()
    {
        foreach (var id in Others())
        {
            Change(id, before => before is { Session: null } ? before with { HeardAt = time.GetTimestamp() } : before);
        }
    }

    /// <returns>The live replicas in the order of their ids, and a revision that grows with each change of what is routed where.</returns>
    public (long Revision, IReadOnlyList<ReplicaReport> Replicas) Read()
    {
        foreach (var id in Silent())
        {
            var gone = false;
            Change(id, before =>
            {
                gone = before is not null && IsSilent(before);
                return gone ? null : before;
            });
            if (gone)
            {
                logger.ReplicaSilent(id, Silence.TotalSeconds);
            }
        }

        lock (_gate)
        {
            return (_revision, [.. _replicas.Values.Select(e => e.Report)]);
        }
    }

    public IReadOnlyList<OwnReplica> Own()
    {
        lock (_gate)
        {
            return [.. _replicas.Values.Where(e => e.Session is not null).Select(e => new OwnReplica(e.Report, e.Beat, e.Routes))];
        }
    }

    private List<string> Others()
    {
        lock (_gate)
        {
            return [.. _replicas.Where(pair => pair.Value.Session is null).Select(pair => pair.Key)];
        }
    }

    private List<string> Silent()
    {
        lock (_gate)
        {
            return [.. _replicas.Where(pair => IsSilent(pair.Value)).Select(pair => pair.Key)];
        }
    }

    private bool IsSilent(Entry entry) => time.GetElapsedTime(entry.HeardAt) >= Silence;

    private void Change(string id, Func<Entry?, Entry?> change)
    {
        ReplicaReport? before, after;
        bool rerouted;
        lock (_gate)
        {
            var was = _replicas.GetValueOrDefault(id);
            var now = change(was);
            (before, after) = (was?.Report, now?.Report);
            rerouted = before is null || after is null ? before != after : !Routes.Same(before, after);
            if (now is null)
            {
                _replicas.Remove(id);
            }
            else
            {
                _replicas[id] = rerouted ? now with { Routes = now.Routes + 1 } : now;
            }

            _revision += rerouted ? 1 : 0;
        }

        signals.DeploymentsChanged(Routes.Changed(before, after));
        if (rerouted)
        {
            signals.ReplicasChanged();
        }
    }

    /// <param name="Session">Null for a replica that another process has.</param>
    private sealed record Entry(ReplicaReport Report, long HeardAt, ReplicaSession? Session, long Beat, long Routes);
}
