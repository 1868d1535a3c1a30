using System.Net;
using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Google.Rpc;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>Bodies beyond what is kept for a replay.</summary>
public class LargeBodyTests
{
    private const int Large = 6 * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4 * 1024 * 1024 - 100)]
    [InlineData(4 * 1024 * 1024)]
    [InlineData(4 * 1024 * 1024 + 1)]
    [InlineData(30_000_000)]
    public async Task Bodies_around_and_beyond_the_limit_arrive_whole(int bytes)
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        var answer = await rig.Inference.ModelInferAsync(Calls.Infer().WithBytes(bytes), cancellationToken: Cancel);
        Assert.Equal(bytes, answer.Parameters["bytes"].Int64Param);
        using var rest = await rig.Rest.PostAsync("/v2/models/simple/infer", new ByteArrayContent(new byte[bytes]), Cancel);
        Assert.Contains($"\"bytes\":{bytes}", await rest.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_large_body_whose_replica_dies_is_unavailable_and_not_sent_twice()
    {
        await using var rig = await GatewayRig.StartAsync();
        var a = await rig.AddReplicaAsync("a");
        var b = await rig.AddReplicaAsync("b");
        Calls.IsUnavailable(await rig.FailsAsync(Calls.Infer("simple", ("drop", true)).WithBytes(Large)), "REPLICA_LOST");
        Assert.Equal(1, a.Calls + b.Calls);
    }

    [Fact]
    public async Task A_large_body_for_a_replica_that_cannot_be_reached_goes_to_another()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        await rig.SayAsync(GatewayRig.Report("gone", "http://127.0.0.1:9", GatewayRig.Deployment));
        for (var i = 0; !rig.Logs.Entries.Any(e => e.Message.Contains("Replica gone at")); i++)
        {
            var answer = await rig.Inference.ModelInferAsync(Calls.Infer().WithBytes(Large), cancellationToken: Cancel);
            Assert.Equal(Large, answer.Parameters["bytes"].Int64Param);
            Assert.True(i < 100, "the one that is gone is never tried");
        }
    }

    [Fact]
    public async Task When_the_replay_memory_is_used_up_calls_are_streamed()
    {
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["Gateway:ReplayMemoryBytes"] = "0" });
        var a = await rig.AddReplicaAsync("a");
        var b = await rig.AddReplicaAsync("b");
        var answer = await rig.Inference.ModelInferAsync(Calls.Infer("simple", ("answer_bytes", 300_000)).WithBytes(200_000), cancellationToken: Cancel);
        Assert.Equal(200_000, answer.Parameters["bytes"].Int64Param);
        Assert.Equal(300_000, answer.RawOutputContents[0].Length);
        Calls.IsUnavailable(await rig.FailsAsync(Calls.Infer("simple", ("drop", true)).WithBytes(200_000)), "REPLICA_LOST");
        Assert.Equal(2, a.Calls + b.Calls);
    }

    [Theory]
    [InlineData(1_500_000)]
    [InlineData(8_000_000)]
    public async Task A_body_over_the_limit_is_refused(int bytes)
    {
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string>
        {
            ["Gateway:MaxBodyBytes"] = $"{1024 * 1024}", ["Gateway:ReplayBytes"] = $"{256 * 1024}",
        });
        await rig.AddReplicaAsync("a");
        var e = await rig.FailsAsync(Calls.Infer().WithBytes(bytes));
        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.Equal("BODY_TOO_LARGE", e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
        foreach (var chunked in new[] { false, true })
        {
            // A caller that waits for "100 Continue" hears the answer; another may find its connection closed while it sends.
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/simple/infer") { Content = new ByteArrayContent(new byte[bytes]) };
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.ExpectContinue = !chunked;
            using var rest = await (chunked ? rig.Http2 : rig.Rest).SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, rest.StatusCode);
            Assert.StartsWith("{\"error\":\"The body is larger", await rest.Content.ReadAsStringAsync(Cancel));
        }

        Assert.Equal("a", await rig.AskAsync(Calls.Infer()));
        Assert.DoesNotContain(rig.Logs.Entries, entry => entry.Message.Contains("broke a call"));
    }
}
