using System.Text;
using Mesh.Registry.V1;

namespace Mesh.Registry.Serving;

/// <summary>
/// Which replicas serve a deployment, by rendezvous hashing: each replica has a weight for each deployment, and the
/// heaviest serve it. When a replica comes or goes, only what it wins or leaves moves.
/// </summary>
internal static class Assignment
{
    /// <param name="replicas">How many are wanted; 0 is every one.</param>
    /// <returns>Ids; as many as wanted, or all when there are fewer. Those that drain are taken only when there are no others.</returns>
    public static IReadOnlySet<string> Choose(string deployment, int replicas, IReadOnlyList<ReplicaReport> live) =>
        (replicas == 0 || replicas >= live.Count
            ? live
            : live.OrderByDescending(r => r.Accepting)
                .ThenByDescending(r => Weight(deployment, r.ReplicaId))
                .ThenBy(r => r.ReplicaId, StringComparer.Ordinal)
                .Take(replicas))
        .Select(r => r.ReplicaId).ToHashSet(StringComparer.Ordinal);

    /// <summary>FNV-1a over both names, then the finalizer of MurmurHash3: the same in every process and on every machine.</summary>
    public static ulong Weight(string deployment, string replicaId)
    {
        var hash = Fnv1A(Fnv1A(14695981039346656037, deployment) * 1099511628211, replicaId);
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }

    private static ulong Fnv1A(ulong hash, string text)
    {
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ value) * 1099511628211;
        }

        return hash;
    }
}
