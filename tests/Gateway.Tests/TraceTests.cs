using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mesh.Gateway.Tests;

/// <summary>The trace context on its way through, to replicas and to services; with tracing on, the scenarios follow it through every process.</summary>
public class TraceTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_tracing_it_passes_unchanged()
    {
        var heard = "";
        await using var identity = await OwnerServer.StartAsync("identity", _ => { }, app => app.Run(http =>
        {
            heard = http.Request.Headers.TraceParent.ToString();
            return Task.CompletedTask;
        }));
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["services:identity:grpc:0"] = identity.Address });
        var replica = await rig.AddReplicaAsync("a");
        var headers = new Metadata { { "traceparent", Parent }, { "tracestate", "vendor=1" } };
        await rig.Inference.ModelInferAsync(Calls.Infer(), headers, cancellationToken: Cancel);
        Assert.Equal(Parent, replica.Headers.Single()["traceparent"]);
        Assert.Equal("vendor=1", replica.Headers.Single()["tracestate"]);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/projects");
        request.Headers.Add("traceparent", Parent);
        using var response = await rig.Rest.SendAsync(request, Cancel);
        Assert.Equal(Parent, heard);
    }
}
