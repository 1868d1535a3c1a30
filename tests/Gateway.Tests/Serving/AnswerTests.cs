using System.Net;
using Grpc.Core;
using Mesh.Gateway.Serving;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>What a replica says reaches the caller, and what a caller says the replica.</summary>
public class AnswerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(64 * 1024)]
    [InlineData(4 * 1024 * 1024)]
    [InlineData(20_000_000)]
    public async Task Answers_of_any_size_arrive_whole_with_their_trailers(int bytes)
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        using var call = rig.Inference.ModelInferAsync(Calls.Infer("simple", ("answer_bytes", bytes)), cancellationToken: Cancel);
        var answer = (await call).RawOutputContents.Single().Span;
        Assert.Equal(bytes, answer.Length);
        for (var i = 0; i < answer.Length; i++)
        {
            if (answer[i] != (byte)(i * 31 + (i >> 8)))
            {
                Assert.Fail($"byte {i} is wrong");
            }
        }

        Assert.Equal("a", call.GetTrailers().GetValue("served-by"));
        await ReturnsItsMemoryAsync(rig);
    }

    [Fact]
    public async Task A_replicas_error_arrives_with_its_trailers_and_is_not_retried()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replica = await rig.AddReplicaAsync("a");
        var e = await rig.FailsAsync(Calls.Infer("simple", ("status", (int)StatusCode.FailedPrecondition)));
        Assert.Equal((StatusCode.FailedPrecondition, "as asked: ü"), (e.StatusCode, e.Status.Detail));
        Assert.Equal("one", e.Trailers.GetValue("word"));
        Assert.Equal<byte>([1, 2, 3], e.Trailers.GetValueBytes("detail-bin")!);
        Assert.Equal(1, replica.Calls);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(503)]
    public async Task A_replicas_REST_error_arrives_as_it_is(int status)
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        using var response = await rig.Rest.GetAsync($"/v2/models/simple?status={status}", Cancel);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("""{"error":"as asked"}""", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Deadlines_and_headers_reach_the_replica_but_facts_about_the_connection_do_not()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replica = await rig.AddReplicaAsync("a");
        var answer = await rig.Inference.ModelInferAsync(Calls.Infer(), new Metadata { { "x-mine", "1" } }, DateTime.UtcNow.AddSeconds(30), Cancel);
        Assert.InRange(answer.Parameters["seconds_left"].DoubleParam, 5, 30);
        var headers = replica.Headers.Single();
        Assert.Equal("1", headers["x-mine"]);
        Assert.Equal("trailers", headers["te"]);
        Assert.Equal(new Uri(replica.Address).Authority, headers["host"]);

        using var rest = new HttpRequestMessage(HttpMethod.Post, "/v2/models/simple/infer") { Content = new ByteArrayContent(new byte[10]) };
        rest.Headers.ExpectContinue = true;
        rest.Headers.Connection.Add("x-hop");
        rest.Headers.Add("Inference-Header-Content-Length", "7");
        using var response = await rig.Rest.SendAsync(rest, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        headers = replica.Headers.Last();
        Assert.Equal("7", headers["inference-header-content-length"]);
        Assert.DoesNotContain("expect", headers.Keys);
        Assert.DoesNotContain("connection", headers.Keys);
    }

    [Fact]
    public async Task A_caller_that_leaves_is_gone_for_the_replica_too()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replica = await rig.AddReplicaAsync("a");
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var call = rig.Inference.ModelInferAsync(Calls.Infer("simple", ("delay_ms", 60_000)), cancellationToken: leave.Token).ResponseAsync;
        await Eventually.BecomesTrueAsync(() => replica.Calls == 1, GatewayRig.Patience, "the call reaches the replica");
        await leave.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        await Eventually.BecomesTrueAsync(() => replica.Cancelled == 1, GatewayRig.Patience, "the replica hears it");
        Assert.DoesNotContain(rig.Logs.Entries, e => e.Message.Contains("broke a call"));
        await ReturnsItsMemoryAsync(rig);
    }

    [Fact]
    public async Task A_deadline_that_passes_is_told_to_the_replica()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replica = await rig.AddReplicaAsync("a");
        await rig.AskAsync(Calls.Infer());
        var e = await rig.FailsAsync(Calls.Infer("simple", ("delay_ms", 60_000)), TimeSpan.FromSeconds(1));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        await Eventually.BecomesTrueAsync(() => replica.Cancelled == 1, GatewayRig.Patience, "the replica hears it");
    }

    private static Task ReturnsItsMemoryAsync(GatewayRig rig) => Eventually.BecomesTrueAsync(
        () => rig.Services.GetRequiredService<ReplayMemory>().Taken == 0, GatewayRig.Patience, "the memory of the call is returned");
}
