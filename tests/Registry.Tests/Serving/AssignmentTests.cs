using CsCheck;
using Mesh.Registry.Serving;
using Mesh.Registry.V1;
using Xunit;

namespace Mesh.Registry.Tests.Serving;

public sealed class AssignmentTests
{
    private static readonly Gen<string> Name = Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-"].Array[1, 30].Select(c => new string(c));

    private static readonly Gen<ReplicaReport[]> Live = Gen.Select(Name.HashSet[0, 20], Gen.Bool.Array[20]).Select((ids, accepting) =>
        ids.Select((id, i) => new ReplicaReport { ReplicaId = id, Address = "http://127.0.0.1:1", Accepting = accepting[i] || i % 3 != 0 }).ToArray());

    private static readonly Gen<(string Deployment, int Replicas, ReplicaReport[] Live)> Case = Gen.Select(Name, Gen.Int[0, 25], Live);

    [Fact]
    public void As_many_as_wanted_or_all() => Case.Sample((deployment, replicas, live) =>
    {
        var chosen = Assignment.Choose(deployment, replicas, live);
        Assert.Equal(replicas == 0 ? live.Length : Math.Min(replicas, live.Length), chosen.Count);
        Assert.Subset(live.Select(r => r.ReplicaId).ToHashSet(), chosen.ToHashSet());
    });

    [Fact]
    public void The_order_in_which_replicas_came_does_not_matter() => Case.Sample((deployment, replicas, live) =>
        Assert.True(Assignment.Choose(deployment, replicas, live).SetEquals(Assignment.Choose(deployment, replicas, [.. live.Reverse()]))));

    [Fact]
    public void One_that_drains_is_chosen_only_when_no_other_is_left() => Case.Sample((deployment, replicas, live) =>
    {
        var chosen = Assignment.Choose(deployment, replicas, live);
        if (live.Any(r => !r.Accepting && chosen.Contains(r.ReplicaId)))
        {
            Assert.All(live.Where(r => r.Accepting), r => Assert.Contains(r.ReplicaId, chosen));
        }
    });

    [Fact]
    public void A_replica_that_leaves_moves_only_what_it_had() => Case.Where(c => c.Live.Length > 0).Sample((deployment, replicas, live) =>
    {
        var before = Assignment.Choose(deployment, replicas, live);
        foreach (var gone in live)
        {
            var after = Assignment.Choose(deployment, replicas, [.. live.Where(r => r != gone)]);
            Assert.Subset(after.ToHashSet(), before.Where(id => id != gone.ReplicaId).ToHashSet());
            Assert.InRange(after.Except(before).Count(), 0, before.Contains(gone.ReplicaId) ? 1 : 0);
        }
    });

    [Fact]
    public void A_replica_that_joins_takes_from_at_most_one() => Gen.Select(Case, Name).Sample((c, id) =>
    {
        var (deployment, replicas, live) = c;
        if (live.Any(r => r.ReplicaId == id))
        {
            return;
        }

        var before = Assignment.Choose(deployment, replicas, live);
        var after = Assignment.Choose(deployment, replicas, [.. live, new ReplicaReport { ReplicaId = id, Accepting = true }]);
        Assert.Subset(new HashSet<string> { id }, after.Except(before).ToHashSet());
        Assert.InRange(before.Except(after).Count(), 0, after.Contains(id) ? 1 : 0);
    });

    [Fact]
    public void Deployments_spread_over_the_replicas()
    {
        ReplicaReport[] live = [.. Enumerable.Range(0, 10).Select(i => new ReplicaReport { ReplicaId = $"inference-{i}", Accepting = true })];
        var load = Enumerable.Range(0, 1000)
            .SelectMany(i => Assignment.Choose($"projects/default/deployments/d{i}", 2, live))
            .CountBy(id => id).ToDictionary();
        // 200 on average; five standard deviations of a binomial (n = 1000, p = 0.2) are 63.
        Assert.All(live, r => Assert.InRange(load[r.ReplicaId], 137, 263));
    }

    [Fact]
    public void Weights_are_the_same_in_every_process()
    {
        // 64-bit FNV-1a of the bytes "a", 0, "b", then fmix64; computed with a program of its own, in Python.
        Assert.Equal(12355895974393876011UL, Assignment.Weight("a", "b"));
    }
}
