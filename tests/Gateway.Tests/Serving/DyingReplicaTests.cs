using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>Calls under which a replica goes away.</summary>
public class DyingReplicaTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_whose_replica_breaks_off_is_answered_by_another()
    {
        await using var rig = await GatewayRig.StartAsync();
        var a = await rig.AddReplicaAsync("a");
        await rig.AddReplicaAsync("b");
        for (var i = 0; a.Calls == 0; i++)
        {
            Assert.Equal("b", await rig.AskAsync(Calls.Infer("simple", ("drop", true), ("only", "a"))));
            Assert.True(i < 100, "a is never asked");
        }

        Assert.Contains(rig.Logs.Entries, e => e.Message.Contains("Replica a at") && e.Message.Contains("broke a call"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task An_answer_half_sent_by_a_dying_replica_is_replayed_not_half_delivered(int half)
    {
        await using var rig = await GatewayRig.StartAsync();
        var a = await rig.AddReplicaAsync("a");
        await rig.AddReplicaAsync("b");
        for (var i = 0; a.Calls == 0; i++)
        {
            var answer = await rig.Inference.ModelInferAsync(Calls.Infer("simple", ("half", half), ("only", "a"), ("answer_bytes", 5000)), cancellationToken: Cancel);
            Assert.Equal(("b", 5000), (answer.Replica(), answer.RawOutputContents[0].Length));
            Assert.True(i < 100, "a is never asked");
        }
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_that_breaks_off_is_an_error_and_no_answer()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        var e = await rig.FailsAsync(Calls.Infer("simple", ("half", 6_000_000)));
        Assert.NotEqual(StatusCode.OK, e.StatusCode);
        Assert.Equal("a", await rig.AskAsync(Calls.Infer()));
    }

    [Fact]
    public async Task A_call_that_breaks_every_replica_stops_after_two()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replicas = new[] { await rig.AddReplicaAsync("a"), await rig.AddReplicaAsync("b"), await rig.AddReplicaAsync("c") };
        Calls.IsUnavailable(await rig.FailsAsync(Calls.Infer("simple", ("drop", true))), "REPLICA_LOST");
        Assert.Equal(2, replicas.Sum(r => r.Calls));
    }

    [Fact]
    public async Task The_only_replica_is_asked_again_when_just_its_connection_broke()
    {
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["Gateway:SuspectSeconds"] = "0.2" });
        var a = await rig.AddReplicaAsync("a");
        Calls.IsUnavailable(await rig.FailsAsync(Calls.Infer("simple", ("drop", true))), "REPLICA_LOST");
        Assert.Equal(2, a.Calls);
        Assert.Equal("a", await rig.AskAsync(Calls.Infer()));
    }

    [Fact]
    public async Task A_replica_that_cannot_be_reached_costs_no_call()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        await rig.SayAsync(GatewayRig.Report("gone", "http://127.0.0.1:9", GatewayRig.Deployment));
        await rig.SayAsync(GatewayRig.Report("gone-too", "http://127.0.0.1:10", GatewayRig.Deployment));
        for (var i = 0; !(Broke("gone") && Broke("gone-too")); i++)
        {
            Assert.Equal("a", await rig.AskAsync(Calls.Infer()));
            Assert.True(i < 1000, "one of those that are gone is never tried");
        }

        bool Broke(string replica) => rig.Logs.Entries.Any(e => e.Message.Contains($"Replica {replica} at"));
    }

    [Fact]
    public async Task A_machine_that_does_not_answer_costs_the_connect_timeout_and_no_call()
    {
        // A full backlog: the kernel drops what would connect, as a firewall does.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        using var filler = new Filler((IPEndPoint)deaf.LocalEndPoint!);
        await filler.FillAsync(Cancel);

        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        await rig.SayAsync(GatewayRig.Report("deaf", $"http://{deaf.LocalEndPoint}", GatewayRig.Deployment));
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal("a", await rig.AskAsync(Calls.Infer()));
        }

        Assert.Contains(rig.Logs.Entries, e => e.Message.Contains("Replica deaf at"));
    }

    [Fact]
    public async Task A_replica_that_hangs_is_given_up_and_the_call_answered_by_another()
    {
        await using var frozen = await ReplicaProcess.StartAsync("frozen");
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["Gateway:PingSeconds"] = "1" });
        await rig.SayAsync(GatewayRig.Report("frozen", frozen.Address, GatewayRig.Deployment));
        Assert.Equal("frozen", await rig.AskAsync(Calls.Infer()));
        await rig.AddReplicaAsync("well");
        await frozen.FreezeAsync();
        // One of the two is drawn for each; those sent to the frozen one come back after about 2 s.
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.AskAsync(Calls.Infer())));
        Assert.All(answers, replica => Assert.Equal("well", replica));
    }

    [Fact]
    public async Task A_replica_that_answers_pings_and_not_the_call_is_given_up_too()
    {
        await using var rig = await GatewayRig.StartAsync(beyond: new GatewayOptions { ActivityTimeoutSeconds = 1 });
        var a = await rig.AddReplicaAsync("a");
        await rig.AddReplicaAsync("b");
        for (var i = 0; a.Calls == 0; i++)
        {
            Assert.Equal("b", await rig.AskAsync(Calls.Infer("simple", ("delay_ms", int.MaxValue), ("only", "a"))));
            Assert.True(i < 100, "a is never asked");
        }

        await Eventually.BecomesTrueAsync(() => a.Cancelled == 1, GatewayRig.Patience, "the replica hears that nobody waits any more");
        Assert.Contains(rig.Logs.Entries, e => e.Message.Contains("Replica a at") && e.Message.Contains("it fell silent"));
    }

    [Fact]
    public async Task Only_the_time_of_waiting_counts_as_waiting()
    {
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["Gateway:HoldSeconds"] = "3", ["Gateway:SuspectSeconds"] = "60" });
        await rig.AddReplicaAsync("a");
        // Known for something else until it is needed.
        var b = await rig.AddReplicaAsync("b", "projects/default/deployments/other");
        var call = rig.AskAsync(Calls.Infer("simple", ("delay_ms", 3200), ("drop", true), ("only", "a")));
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 1 || call.IsCompleted, GatewayRig.Patience, "the call waits");
        await rig.SayAsync(GatewayRig.Report("b", b.Address, GatewayRig.Deployment));
        Assert.Equal("b", await call);
    }

    private sealed class Filler(IPEndPoint endpoint) : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public async Task FillAsync(CancellationToken cancel)
        {
            while (true)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(socket);
                using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                soon.CancelAfter(TimeSpan.FromMilliseconds(300));
                try
                {
                    await socket.ConnectAsync(endpoint, soon.Token);
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    return;
                }
            }
        }

        public void Dispose() => _sockets.ForEach(s => s.Dispose());
    }
}
