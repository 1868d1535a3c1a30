using System.Collections.Frozen;
using Mesh.Registry.V1;

namespace Mesh.Gateway.Serving;

/// <summary>
/// One state of the serving directory, made for looking up. Who answers for a deployment:
/// the replicas that serve it; else nobody yet, when a replica loads it, the one that serves it drains, or those that
/// served it vanished a short while ago (the call waits); else the replicas that failed to load it; else any replica,
/// which says in the protocol's own words that it does not exist.
/// </summary>
internal sealed class ServingView
{
    public static readonly ServingView Empty = new();

    private FrozenDictionary<string, Replica> _replicas = FrozenDictionary<string, Replica>.Empty;
    private FrozenDictionary<string, Deployment> _deployments = FrozenDictionary<string, Deployment>.Empty;
    private Replica[] _accepting = [];

    public int Count => _replicas.Count;

    public Replica[] For(string? deployment) =>
        deployment is not null && _deployments.TryGetValue(deployment, out var known) ? known.Candidates : _accepting;

    public bool HasSameReplicas(ServingView other) => _replicas.Count == other._replicas.Count && _replicas.Keys.All(other._replicas.ContainsKey);

    /// <param name="forget">The timestamp at which a deployment that is lost now is no longer waited for.</param>
    public ServingView Next(IReadOnlyList<ReplicaReport> reports, long now, long forget)
    {
        var replicas = new Dictionary<string, Replica>();
        var accepting = new List<Replica>();
        var listings = new Dictionary<string, List<Listing>>();
        foreach (var report in reports)
        {
            if (!Uri.TryCreate(report.Address, UriKind.Absolute, out var address) || replicas.ContainsKey(report.ReplicaId))
            {
                continue;
            }

            var replica = replicas[report.ReplicaId] = Keep(report.ReplicaId, address);
            if (report.Accepting)
            {
                accepting.Add(replica);
            }

            foreach (var model in report.Models.Where(m => m.State != ServedModelState.Unloading))
            {
                if (!listings.TryGetValue(model.Deployment, out var listed))
                {
                    listings[model.Deployment] = listed = [];
                }

                listed.Add(new Listing(replica, report.Accepting, model));
            }
        }

        var deployments = listings.ToDictionary(pair => pair.Key, pair => Deployment.Of(pair.Value));
        foreach (var (name, before) in _deployments.Where(pair => !deployments.ContainsKey(pair.Key)))
        {
            if (before.LostUntil is { } until ? now < until : before.Owners.Any(owner => !replicas.ContainsKey(owner)))
            {
                deployments[name] = new Deployment([], before.Owners, before.LostUntil ?? forget);
            }
        }

        return new ServingView
        {
            _replicas = replicas.ToFrozenDictionary(), _deployments = deployments.ToFrozenDictionary(), _accepting = [.. accepting],
        };
    }

    private Replica Keep(string id, Uri address) =>
        _replicas.TryGetValue(id, out var known) && known.Address == address ? known : new Replica(id, address);

    private sealed record Listing(Replica Replica, bool Accepting, ServedModel Model)
    {
        public bool Serves => Accepting && Model.ModelVersion.Length > 0;

        public bool Failed => Accepting && Model.State == ServedModelState.Failed;
    }

    /// <param name="Candidates">Who to ask; empty means wait.</param>
    /// <param name="Owners">Ids of the replicas that list it: when they drop it, it is gone; when they vanish, it is lost.</param>
    /// <param name="LostUntil">Set while nobody lists it.</param>
    private sealed record Deployment(Replica[] Candidates, string[] Owners, long? LostUntil)
    {
        public static Deployment Of(List<Listing> listings)
        {
            Replica[] candidates = [.. listings.Where(l => l.Serves).Select(l => l.Replica)];
            if (candidates.Length == 0 && listings.All(l => l.Failed))
            {
                candidates = [.. listings.Select(l => l.Replica)];
            }

            return new Deployment(candidates, [.. listings.Select(l => l.Replica.Id)], null);
        }
    }
}
