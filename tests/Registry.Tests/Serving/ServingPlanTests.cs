using CsCheck;
using Mesh.Registry.Serving;
using Mesh.Registry.V1;
using Xunit;

namespace Mesh.Registry.Tests.Serving;

public sealed class ServingPlanTests
{
    private const string Shop = "projects/default/deployments/shop";
    private const string V1 = "projects/default/models/m/versions/1";
    private const string V2 = "projects/default/models/m/versions/2";

    [Fact]
    public void Every_replica_gets_a_deployment_for_all()
    {
        var plan = ServingPlan.Make([Target(V1, 0)], [Replica("a"), Replica("b")]);
        var desired = new DesiredModel { Deployment = Shop, ModelVersion = V1, BundleSha256 = "00", BundleSizeBytes = 7 };
        Assert.Equal([desired], plan.For("a")!);
        Assert.Equal([desired], plan.For("b")!);
        Assert.Null(plan.For("c"));
    }

    [Fact]
    public void A_replica_that_serves_keeps_the_deployment_until_its_successor_is_ready()
    {
        var (first, second) = Ranked();
        // The second one served alone; now the first, which is heavier, has joined.
        var serving = Replica(second, Served(V1, ServedModelState.Ready));
        var plan = ServingPlan.Make([Target(V1, 1)], [Replica(first), serving]);
        Assert.Single(plan.For(first)!);
        Assert.Single(plan.For(second)!);

        plan = ServingPlan.Make([Target(V1, 1)], [Replica(first, Served("", ServedModelState.Loading)), serving]);
        Assert.Single(plan.For(second)!);
        plan = ServingPlan.Make([Target(V1, 1)], [Replica(first, Served(V1, ServedModelState.Ready)), serving]);
        Assert.Single(plan.For(first)!);
        Assert.Empty(plan.For(second)!);
    }

    [Fact]
    public void A_replica_that_does_not_serve_is_not_kept()
    {
        var (first, second) = Ranked();
        foreach (var state in new[] { Served("", ServedModelState.Failed), Served("", ServedModelState.Loading), Served(V1, ServedModelState.Unloading) })
        {
            Assert.Empty(ServingPlan.Make([Target(V1, 1)], [Replica(first), Replica(second, state)]).For(second)!);
        }
    }

    [Fact]
    public void A_new_version_goes_to_those_who_serve_the_old()
    {
        var (first, second) = Ranked();
        var plan = ServingPlan.Make([Target(V2, 1)], [Replica(first, Served(V1, ServedModelState.Ready)), Replica(second)]);
        Assert.Equal(V2, Assert.Single(plan.For(first)!).ModelVersion);
        Assert.Empty(plan.For(second)!);
    }

    [Fact]
    public void Nothing_is_desired_twice_and_nobody_is_left_out() => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3].Array[0, 6]).Sample((replicas, states) =>
    {
        ReplicaReport[] live = [.. states.Select((s, i) => s == 0 ? Replica($"r{i}") : Replica($"r{i}", Served(s == 1 ? "" : V1, (ServedModelState)s)))];
        var plan = ServingPlan.Make([Target(V1, replicas)], live);
        var told = live.Where(r => plan.For(r.ReplicaId) is [_]).Select(r => r.ReplicaId).ToHashSet();
        Assert.All(live, r => Assert.InRange(plan.For(r.ReplicaId)!.Count, 0, 1));
        Assert.Subset(told, Assignment.Choose(Shop, replicas, live).ToHashSet());
    });

    private static (string First, string Second) Ranked() =>
        Assignment.Weight(Shop, "x") > Assignment.Weight(Shop, "y") ? ("x", "y") : ("y", "x");

    private static ServingTarget Target(string version, int replicas) => new(Shop, version, "00", 7, replicas);

    private static ServedModel Served(string version, ServedModelState state) => new() { Deployment = Shop, ModelVersion = version, State = state };

    private static ReplicaReport Replica(string id, params ServedModel[] models) => new() { ReplicaId = id, Accepting = true, Models = { models } };
}
