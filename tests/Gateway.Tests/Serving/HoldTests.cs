using System.Net;
using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>Calls for which no replica is ready.</summary>
public class HoldTests
{
    private static readonly Dictionary<string, string> ShortHold = new() { ["Gateway:HoldSeconds"] = "1" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_waits_until_a_replica_is_ready()
    {
        await using var rig = await GatewayRig.StartAsync();
        var call = rig.AskAsync(Calls.Infer());
        var rest = rig.Rest.GetStringAsync("/v2/health/live", Cancel);
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 2, GatewayRig.Patience, "the calls wait");
        await rig.AddReplicaAsync("a");
        Assert.Equal("a", await call);
        Assert.Contains("\"replica\":\"a\"", await rest);
        Assert.Equal(0, rig.Held.Count);
    }

    [Fact]
    public async Task Without_a_deadline_it_waits_for_the_time_set_and_is_then_unavailable()
    {
        await using var rig = await GatewayRig.StartAsync(ShortHold);
        var (e, took) = await Calls.TimedAsync(() => Assert.ThrowsAsync<RpcException>(() => rig.AskAsync(Calls.Infer())));
        Calls.IsUnavailable(e, "NO_REPLICA");
        Assert.Equal($"No replica is ready with {GatewayRig.Deployment}.", e.Status.Detail);
        Assert.True(took >= TimeSpan.FromSeconds(1));
        using var rest = await rig.Rest.GetAsync("/v2/models/simple", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, rest.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), rest.Headers.RetryAfter?.Delta);
        Assert.Equal($$"""{"error":"No replica is ready with {{GatewayRig.Deployment}}."}""", await rest.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(3000)]
    public async Task With_a_deadline_it_waits_until_that(int milliseconds)
    {
        await using var rig = await GatewayRig.StartAsync(ShortHold);
        var (e, took) = await Calls.TimedAsync(() => rig.FailsAsync(Calls.Infer(), TimeSpan.FromMilliseconds(milliseconds)));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        Assert.True(took >= TimeSpan.FromMilliseconds(milliseconds * 0.9), $"{took}");
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 0, GatewayRig.Patience, "it does not wait on");
    }

    [Fact]
    public async Task The_replica_hears_what_is_left_of_the_deadline()
    {
        await using var rig = await GatewayRig.StartAsync();
        var deadline = DateTime.UtcNow.AddSeconds(30);
        var call = rig.Inference.ModelInferAsync(Calls.Infer(), deadline: deadline, cancellationToken: Cancel).ResponseAsync;
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 1, GatewayRig.Patience, "the call waits");
        await Eventually.BecomesTrueAsync(() => deadline - DateTime.UtcNow < TimeSpan.FromSeconds(29), GatewayRig.Patience, "a second of it is gone");
        await rig.AddReplicaAsync("a");
        Assert.InRange((await call).Parameters["seconds_left"].DoubleParam, 5, 29.1);
    }

    [Fact]
    public async Task No_more_calls_wait_than_are_allowed()
    {
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["Gateway:MaxHeldCalls"] = "3" });
        var held = Enumerable.Range(0, 3).Select(_ => rig.AskAsync(Calls.Infer())).ToList();
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 3, GatewayRig.Patience, "three calls wait");
        Calls.IsUnavailable(await rig.FailsAsync(Calls.Infer()), "NO_REPLICA");
        await rig.AddReplicaAsync("a");
        Assert.All(await Task.WhenAll(held), replica => Assert.Equal("a", replica));
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_wait_on()
    {
        await using var rig = await GatewayRig.StartAsync();
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var call = rig.Inference.ModelInferAsync(Calls.Infer(), cancellationToken: leave.Token).ResponseAsync;
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 1, GatewayRig.Patience, "the call waits");
        await leave.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => call);
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 0, GatewayRig.Patience, "nobody waits");
    }

    [Fact]
    public async Task A_deployment_that_is_being_loaded_is_waited_for()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("other", "projects/default/deployments/other");
        var replica = await rig.AddReplicaAsync("a", "projects/default/deployments/old");
        var loading = GatewayRig.Report("a", replica.Address, GatewayRig.Deployment);
        (loading.Models[0].ModelVersion, loading.Models[0].State) = ("", ServedModelState.Loading);
        await rig.SayAsync(loading);
        var call = rig.AskAsync(Calls.Infer());
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 1, GatewayRig.Patience, "the call waits");
        await rig.SayAsync(GatewayRig.Report("a", replica.Address, GatewayRig.Deployment));
        Assert.Equal("a", await call);
    }

    [Fact]
    public async Task A_deployment_whose_replicas_vanished_is_waited_for_although_others_live()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("other", "projects/default/deployments/other");
        await rig.AddReplicaAsync("a");
        await rig.ForgetAsync("a");
        var call = rig.AskAsync(Calls.Infer());
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 1, GatewayRig.Patience, "the call waits");
        await rig.AddReplicaAsync("b");
        Assert.Equal("b", await call);
    }

    [Fact]
    public async Task A_deployment_that_nobody_knows_is_for_any_replica_to_refuse()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        Assert.Equal("a", await rig.AskAsync(Calls.Infer("never-deployed")));
    }

    [Fact]
    public async Task A_deployment_that_was_deleted_is_for_any_replica_to_refuse()
    {
        await using var rig = await GatewayRig.StartAsync();
        var a = await rig.AddReplicaAsync("a");
        await rig.SayAsync(GatewayRig.Report("a", a.Address, "projects/default/deployments/other"));
        Assert.Equal("a", await rig.AskAsync(Calls.Infer()));
    }
}
