using System.Net;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Gateway.Tests.Routing;

/// <summary>What a service says reaches the caller unchanged.</summary>
public class ErrorPassingTests
{
    private const string Prefix = "projects/p/datasets/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metadata_passes_both_ways()
    {
        await using var rig = await IngestRig.StartAsync();
        using var call = rig.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = Prefix + "d" }, new Metadata { { "said", "hello" } }, cancellationToken: Cancel);
        Assert.Equal("word", (await call.ResponseHeadersAsync).GetValue("early"));
        Assert.Equal("hello", (await call).DisplayName);
        Assert.Equal("word", call.GetTrailers().GetValue("late"));
        Assert.Equal<byte>([0, 255], call.GetTrailers().GetValueBytes("late-bin")!);
    }

    [Fact]
    public async Task Status_details_arrive()
    {
        await using var rig = await IngestRig.StartAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await rig.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = Prefix + "invalid" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
        Assert.Equal("dataset.name: is wrong. dataset.description: is wrong, too: ü.", e.Status.Detail);
        var status = e.GetRpcStatus()!;
        Assert.Equal(("INVALID_ARGUMENT", "mesh"), (status.GetDetail<ErrorInfo>().Reason, status.GetDetail<ErrorInfo>().Domain));
        Assert.Equal(["dataset.name", "dataset.description"], status.GetDetail<BadRequest>().FieldViolations.Select(v => v.Field));
    }

    [Fact]
    public async Task A_service_that_says_unavailable_is_quoted()
    {
        await using var rig = await IngestRig.StartAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await rig.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = Prefix + "busy" }, cancellationToken: Cancel));
        Assert.Equal("BUSY", e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
        using var rest = await rig.Gateway.Rest.GetAsync($"/v1/{Prefix}busy", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, rest.StatusCode);
        Assert.Contains("BUSY", await rest.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task The_JSON_of_an_error_passes()
    {
        await using var rig = await IngestRig.StartAsync();
        using var response = await rig.Gateway.Rest.GetAsync($"/v1/{Prefix}missing", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(5, json.RootElement.GetProperty("code").GetInt32());
        Assert.Equal("projects/p/datasets/missing does not exist.", json.RootElement.GetProperty("message").GetString());
        Assert.Equal("NOT_FOUND", json.RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Verbs_after_a_colon_and_plain_names_do_not_get_in_each_others_way()
    {
        await using var rig = await IngestRig.StartAsync();
        var version = $"/v1/{Prefix}d/versions/1";
        var records = await rig.Gateway.Rest.GetStringAsync($"{version}:records?limit=3", Cancel);
        Assert.Contains("\"index\"", records);
        using var unknown = await rig.Gateway.Rest.GetAsync(version, Cancel);
        Assert.Equal(HttpStatusCode.NotImplemented, unknown.StatusCode);
    }
}
