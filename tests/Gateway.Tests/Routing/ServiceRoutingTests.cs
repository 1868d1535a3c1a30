using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Google.Api;
using Grpc.Core;
using Mesh.Common.V1;
using Mesh.Gateway.Reflection;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Jobs.V1;
using Mesh.Registry.V1;
using Xunit;

namespace Mesh.Gateway.Tests.Routing;

/// <summary>Who gets which call: every owner is a server that says its name.</summary>
public partial class ServiceRoutingTests
{
    private static readonly string[] Owners = ["identity", "ingest", "preprocessing", "trainer", "registry"];

    [Fact]
    public async Task Every_public_RPC_and_every_HTTP_rule_reaches_its_owner()
    {
        await using var mesh = await Echoes.StartAsync();
        foreach (var service in PublicServices.All.Where(s => s.File.Package.StartsWith("mesh.") && PublicServices.Owner(s) != "inference"))
        {
            foreach (var method in service.Methods)
            {
                var path = $"/{service.FullName}/{method.Name}";
                using var grpc = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
                grpc.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
                await AssertReachesAsync(mesh.Gateway.Http2, grpc, PublicServices.Owner(service), $"POST {path}");
                if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { } rule)
                {
                    var (verb, example) = Example(rule);
                    using var rest = new HttpRequestMessage(verb, example + "?page_size=3");
                    await AssertReachesAsync(mesh.Gateway.Rest, rest, PublicServices.Owner(service), $"{verb} {example}?page_size=3");
                }
            }
        }
    }

    [Fact]
    public async Task REST_over_HTTP_1_reaches_services_over_HTTP_2_with_its_body()
    {
        await using var mesh = await Echoes.StartAsync();
        using var response = await mesh.Gateway.Rest.PostAsync(
            "/v1/projects/p/datasets", new StringContent("{\"displayName\":\"flowers\"}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpVersion.Version11, response.Version);
        Assert.Equal("HTTP/2", Header(response, "x-protocol"));
        Assert.Equal("25", Header(response, "x-body"));
    }

    [Fact]
    public async Task Services_spoken_among_services_are_not_routed()
    {
        await using var mesh = await Echoes.StartAsync();
        var channel = mesh.Gateway.Channel;
        var cancel = TestContext.Current.CancellationToken;
        await AssertUnimplementedAsync(async () => await new TenancyService.TenancyServiceClient(channel).CountResourcesAsync(new CountResourcesRequest(), cancellationToken: cancel));
        await AssertUnimplementedAsync(async () => await new WorkerService.WorkerServiceClient(channel).HeartbeatAsync(new HeartbeatRequest(), cancellationToken: cancel));
        await AssertUnimplementedAsync(async () =>
        {
            using var watch = new DirectoryService.DirectoryServiceClient(channel).WatchReplicas(new WatchReplicasRequest(), cancellationToken: cancel);
            await watch.ResponseStream.MoveNext(cancel);
        });
        using var rest = await mesh.Gateway.Rest.PostAsync("/mesh.common.v1.TenancyService/CountResources", null, cancel);
        Assert.Equal(HttpStatusCode.NotFound, rest.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("GET", "/v1/projects/p/datasets/d:nothing/x")]
    [InlineData("GET", "/")]
    public async Task Other_paths_are_not_found(string verb, string path)
    {
        await using var mesh = await Echoes.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        using var response = await mesh.Gateway.Rest.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task AssertReachesAsync(HttpClient client, HttpRequestMessage request, string owner, string asked)
    {
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{asked}: {(int)response.StatusCode}");
        Assert.Equal(owner, Header(response, "x-owner"));
        Assert.Equal(asked, Header(response, "x-asked"));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static async Task AssertUnimplementedAsync(Func<Task> call) =>
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);

    private static (HttpMethod Verb, string Path) Example(HttpRule rule)
    {
        var (verb, template) = rule switch
        {
            { HasGet: true } => (HttpMethod.Get, rule.Get),
            { HasPost: true } => (HttpMethod.Post, rule.Post),
            { HasPatch: true } => (HttpMethod.Patch, rule.Patch),
            { HasPut: true } => (HttpMethod.Put, rule.Put),
            _ => (HttpMethod.Delete, rule.Delete),
        };
        return (verb, Variable().Replace(template, v => v.Groups[1].Value.Replace("*", "my-id-1")));
    }

    [GeneratedRegex(@"\{\w+=([^}]+)\}")]
    private static partial Regex Variable();

    private sealed class Echoes(List<OwnerServer> owners, GatewayRig gateway) : IAsyncDisposable
    {
        public GatewayRig Gateway => gateway;

        public static async Task<Echoes> StartAsync()
        {
            var owners = new List<OwnerServer>();
            var settings = new Dictionary<string, string>();
            foreach (var name in Owners)
            {
                owners.Add(await OwnerServer.StartEchoAsync(name));
                settings[$"services:{name}:grpc:0"] = owners[^1].Address;
            }

            return new Echoes(owners, await GatewayRig.StartAsync(settings));
        }

        public async ValueTask DisposeAsync()
        {
            await gateway.DisposeAsync();
            foreach (var owner in owners)
            {
                await owner.DisposeAsync();
            }
        }
    }
}
