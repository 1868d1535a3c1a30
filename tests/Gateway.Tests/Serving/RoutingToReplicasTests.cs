using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Inference.V1;
using Mesh.OpenInference;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>Which replica gets a call, for each way of making one.</summary>
public class RoutingToReplicasTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_are_spread_evenly()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replicas = new[] { await rig.AddReplicaAsync("a"), await rig.AddReplicaAsync("b"), await rig.AddReplicaAsync("c") };
        for (var i = 0; i < 600; i++)
        {
            await rig.AskAsync(Calls.Infer());
        }

        // 200 each on average, with a standard deviation of 12.
        Assert.All(replicas, r => Assert.InRange(r.Calls, 140, 260));
    }

    [Fact]
    public async Task A_slow_replica_gets_fewer_calls()
    {
        await using var rig = await GatewayRig.StartAsync();
        var slow = await rig.AddReplicaAsync("slow");
        var fast = await rig.AddReplicaAsync("fast");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            for (var i = 0; i < 25; i++)
            {
                await rig.AskAsync(Calls.Infer("simple", ("delay_ms", 150), ("only", "slow")));
            }
        }));
        Assert.True(slow.Calls * 2 < fast.Calls, $"slow {slow.Calls}, fast {fast.Calls}");
    }

    [Fact]
    public async Task Only_replicas_that_are_ready_with_the_deployment_are_asked()
    {
        await using var rig = await GatewayRig.StartAsync();
        var cats = await rig.AddReplicaAsync("cats", "projects/default/deployments/cats", "projects/zoo/deployments/cats");
        await rig.AddReplicaAsync("dogs", "projects/default/deployments/dogs", "projects/zoo/deployments/dogs");
        for (var i = 0; i < 20; i++)
        {
            foreach (var animal in new[] { "cats", "dogs" })
            {
                Assert.Equal(animal, await rig.AskAsync(Calls.Infer(animal)));
                var inZoo = await rig.Inference.ModelInferAsync(Calls.Infer(animal), new Metadata { { "mesh-project", "zoo" } }, cancellationToken: Cancel);
                Assert.Equal(animal, inZoo.Replica());
                Assert.Equal(animal, (await rig.Inference.ModelMetadataAsync(new ModelMetadataRequest { Name = animal }, cancellationToken: Cancel)).Platform);
                var predictions = new PredictionService.PredictionServiceClient(rig.Channel);
                var predicted = await predictions.PredictAsync(new PredictRequest { Name = $"projects/zoo/deployments/{animal}" }, cancellationToken: Cancel);
                Assert.Equal(animal, predicted.ModelVersion);
                Assert.Equal(animal, await RestAsync(rig, $"/v2/models/{animal}/infer"));
                Assert.Equal(animal, await RestAsync(rig, $"/v2/models/{animal}/versions/3/infer?x=1"));
                Assert.Equal(animal, await RestAsync(rig, $"/projects/zoo/v2/models/{animal}"));
                Assert.Equal(animal, await RestAsync(rig, $"/v2/models/{animal}/ready", "zoo"));
            }
        }

        Assert.Contains(cats.Headers, h => h.GetValueOrDefault("mesh-project") == "zoo");
    }

    [Fact]
    public async Task Typed_predict_works_as_gRPC_and_as_JSON()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        var request = new PredictRequest { Name = GatewayRig.Deployment, Instances = { new Instance { Image = ByteString.CopyFrom(1, 2, 3) } } };
        var answer = await new PredictionService.PredictionServiceClient(rig.Channel).PredictAsync(request, cancellationToken: Cancel);
        Assert.Equal(3, answer.Predictions.Single().Classes.Single().Index);

        using var content = new StringContent("""{"instances":[{"image":"AQIDBA=="}]}""", new MediaTypeHeaderValue("application/json"));
        using var rest = await rig.Rest.PostAsync($"/v1/{GatewayRig.Deployment}:predict", content, Cancel);
        var json = JsonDocument.Parse(await rest.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.Equal(4, json.GetProperty("predictions")[0].GetProperty("classes")[0].GetProperty("index").GetInt32());
        Assert.Equal(GatewayRig.Deployment, json.GetProperty("predictions")[0].GetProperty("classes")[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task Calls_without_a_deployment_go_to_any_replica()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("a");
        Assert.Equal("a", (await rig.Inference.ServerMetadataAsync(new ServerMetadataRequest(), cancellationToken: Cancel)).Version);
        Assert.True((await rig.Inference.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Cancel)).Ready);
        Assert.Equal("a", await RestAsync(rig, "/v2"));
        Assert.Equal("a", await RestAsync(rig, "/v2/health/ready"));
        Assert.Equal("a", await RestAsync(rig, "/projects/zoo/v2/health/live"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_call_finds_its_deployment(string encoding)
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.AddReplicaAsync("cats", "projects/default/deployments/cats");
        await rig.AddReplicaAsync("dogs", "projects/default/deployments/dogs");
        using var channel = GrpcChannel.ForAddress(rig.GrpcAddress, new GrpcChannelOptions
        {
            CompressionProviders = [new Grpc.Net.Compression.GzipCompressionProvider(System.IO.Compression.CompressionLevel.Fastest),
                new Grpc.Net.Compression.DeflateCompressionProvider(System.IO.Compression.CompressionLevel.Fastest)],
        });
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        for (var i = 0; i < 10; i++)
        {
            var answer = await client.ModelInferAsync(Calls.Infer("dogs").WithBytes(5000), new Metadata { { "grpc-internal-encoding-request", encoding } }, cancellationToken: Cancel);
            Assert.Equal(("dogs", 5000), (answer.Replica(), (int)answer.Parameters["bytes"].Int64Param));
        }
    }

    [Fact]
    public async Task A_compressed_call_in_an_unknown_form_goes_to_any_replica()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replica = await rig.AddReplicaAsync("a");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/inference.GRPCInferenceService/ModelInfer") { Content = new ByteArrayContent([1, 0, 0, 0, 3, 9, 9, 9]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Add("grpc-encoding", "snappy");
        using var response = await rig.Http2.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, replica.Calls);
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_new_replica_gets_traffic_and_one_that_drains_gets_none()
    {
        await using var rig = await GatewayRig.StartAsync();
        var a = await rig.AddReplicaAsync("a");
        await rig.AskAsync(Calls.Infer());
        var b = await rig.AddReplicaAsync("b");
        var before = a.Calls;
        for (var i = 0; i < 40; i++)
        {
            await rig.AskAsync(Calls.Infer());
        }

        Assert.InRange(b.Calls, 5, 35);
        Assert.Equal(40, a.Calls - before + b.Calls);

        var draining = GatewayRig.Report("a", a.Address, GatewayRig.Deployment);
        draining.Accepting = false;
        await rig.SayAsync(draining);
        before = a.Calls;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("b", await rig.AskAsync(Calls.Infer()));
        }

        Assert.Equal(before, a.Calls);
    }

    [Fact]
    public async Task Methods_that_the_protocol_does_not_have_are_unimplemented()
    {
        await using var rig = await GatewayRig.StartAsync();
        var replica = await rig.AddReplicaAsync("a");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/inference.GRPCInferenceService/ModelStreamInfer") { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await rig.Http2.SendAsync(request, Cancel);
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal(0, replica.Calls);
    }

    private static async Task<string?> RestAsync(GatewayRig rig, string path, string? project = null)
    {
        using var request = new HttpRequestMessage(path.EndsWith("infer") || path.Contains("infer?") ? HttpMethod.Post : HttpMethod.Get, path);
        if (project is not null)
        {
            request.Headers.Add("mesh-project", project);
        }

        using var response = await rig.Rest.SendAsync(request, Cancel);
        var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.Equal(path, json.GetProperty("path").GetString());
        Assert.Equal(request.Method.Method, json.GetProperty("method").GetString());
        return json.GetProperty("replica").GetString();
    }
}
