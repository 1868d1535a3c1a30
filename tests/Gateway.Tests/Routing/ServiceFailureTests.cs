using System.Net;
using System.Text;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Identity.V1;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Gateway.Tests.Routing;

/// <summary>What the gateway says for a service that does not.</summary>
public class ServiceFailureTests
{
    private const string Prefix = "projects/p/datasets/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stopped_service_is_unavailable_and_works_again_after_its_start()
    {
        await using var rig = await IngestRig.StartAsync();
        await rig.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = Prefix + "d" }, cancellationToken: Cancel);
        await rig.StopIngestAsync();

        Calls.IsUnavailable(await Assert.ThrowsAsync<RpcException>(async () => await rig.Datasets.GetDatasetAsync(new GetDatasetRequest(), cancellationToken: Cancel)), "SERVICE_UNAVAILABLE");
        await AssertRestUnavailableAsync(rig.Gateway, $"/v1/{Prefix}d");

        await rig.StartIngestAgainAsync();
        Assert.Equal("", (await rig.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = Prefix + "d" }, cancellationToken: Cancel)).DisplayName);
    }

    [Fact]
    public async Task A_service_without_an_address_is_unavailable()
    {
        await using var rig = await GatewayRig.StartAsync();
        Assert.Contains(rig.Logs.Entries, e => e.Message.StartsWith("identity has no address: services__identity__grpc__0 is not set"));
        Calls.IsUnavailable(
            await Assert.ThrowsAsync<RpcException>(async () => await new ProjectService.ProjectServiceClient(rig.Channel).ListProjectsAsync(new ListProjectsRequest(), cancellationToken: Cancel)),
            "SERVICE_UNAVAILABLE");
        await AssertRestUnavailableAsync(rig, "/v1/projects");
    }

    [Fact]
    public async Task A_connection_that_breaks_under_a_unary_call_is_unavailable()
    {
        await using var rig = await IngestRig.StartAsync();
        Calls.IsUnavailable(
            await Assert.ThrowsAsync<RpcException>(async () => await rig.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = Prefix + "drops" }, cancellationToken: Cancel)),
            "SERVICE_UNAVAILABLE");
    }

    [Fact]
    public async Task A_connection_that_breaks_under_a_watch_ends_it_as_unavailable()
    {
        await using var rig = await IngestRig.StartAsync();
        using var watch = rig.Datasets.WatchDatasetVersion(new WatchDatasetVersionRequest { Name = Prefix + "drops/versions/1" }, cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        rig.Service.Break();
        Calls.IsUnavailable(await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Cancel)), "SERVICE_UNAVAILABLE");
    }

    [Fact]
    public async Task Calls_go_to_a_living_instance_when_a_service_has_several()
    {
        await using var one = await OwnerServer.StartEchoAsync("one");
        await using var two = await OwnerServer.StartEchoAsync("two");
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["services:identity:grpc:0"] = one.Address, ["services:identity:grpc:1"] = two.Address });
        await Eventually.BecomesTrueAsync(async () => await OwnerAsync() == "one", GatewayRig.Patience, "the first is asked");
        await Eventually.BecomesTrueAsync(async () => await OwnerAsync() == "two", GatewayRig.Patience, "the second is asked");
        await one.StopAsync();
        var inARow = 0;
        await Eventually.BecomesTrueAsync(async () => (inARow = await OwnerAsync() == "two" ? inARow + 1 : 0) >= 20, GatewayRig.Patience, "only the living one is asked");

        async Task<string> OwnerAsync()
        {
            using var response = await rig.Rest.GetAsync("/v1/projects", Cancel);
            return response.Headers.TryGetValues("x-owner", out var owner) ? owner.Single() : "";
        }
    }

    [Fact]
    public async Task A_REST_body_over_the_limit_is_refused_as_too_large()
    {
        await using var ingest = await OwnerServer.StartEchoAsync("ingest");
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string>
        {
            ["services:ingest:grpc:0"] = ingest.Address, ["Gateway:MaxBodyBytes"] = $"{1024 * 1024}",
        });
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/projects/p/datasets") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(new string(' ', 1024 * 1024 + 1))) };
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await rig.Rest.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
            Assert.Equal("BODY_TOO_LARGE", json.RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
        }
    }

    private static async Task AssertRestUnavailableAsync(GatewayRig rig, string path)
    {
        using var response = await rig.Rest.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal((int)Code.Unavailable, json.RootElement.GetProperty("code").GetInt32());
        Assert.Equal("SERVICE_UNAVAILABLE", json.RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
    }
}
