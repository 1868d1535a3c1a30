using System.Net;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Callers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Hosting;

/// <summary>What every service answers, on which port.</summary>
public class ServiceShapeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_has_its_caller()
    {
        await using var host = await DefaultsHost.StartAsync();
        var project = await host.Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/p" }, cancellationToken: Cancel);
        Assert.Equal("users/admin p projects.get", project.Creator);
    }

    [Theory]
    [InlineData("missing", StatusCode.NotFound, "projects/missing does not exist.", HttpStatusCode.NotFound)]
    [InlineData("invalid", StatusCode.InvalidArgument, "name: is wrong.", HttpStatusCode.BadRequest)]
    [InlineData("status", StatusCode.OutOfRange, "as thrown", HttpStatusCode.BadRequest)]
    public async Task Domain_errors_keep_their_words_as_gRPC_and_as_JSON(string project, StatusCode code, string message, HttpStatusCode http)
    {
        await using var host = await DefaultsHost.StartAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await host.Projects.GetProjectAsync(new GetProjectRequest { Name = $"projects/{project}" }, cancellationToken: Cancel));
        Assert.Equal((code, message), (e.StatusCode, e.Status.Detail));

        using var client = host.Http2;
        using var response = await client.GetAsync($"/v1/projects/{project}", Cancel);
        Assert.Equal(http, response.StatusCode);
        var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.Equal(((int)code, message), (json.GetProperty("code").GetInt32(), json.GetProperty("message").GetString()));
        if (project != "status")
        {
            var info = json.GetProperty("details")[0];
            Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", info.GetProperty("@type").GetString());
            Assert.Equal(e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason, info.GetProperty("reason").GetString());
        }

        host.Logs.AssertNoErrors();
    }

    [Theory]
    [InlineData("breaks")]
    [InlineData("cancelled")]
    public async Task Anything_else_is_internal_with_a_trace_id_and_logged_once(string project)
    {
        await using var host = await DefaultsHost.StartAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await host.Projects.GetProjectAsync(new GetProjectRequest { Name = $"projects/{project}" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.Internal, e.StatusCode);
        Assert.Matches("^Internal error; trace id [0-9a-f]{32}\\.$", e.Status.Detail);
        var logged = Assert.Single(host.Logs.Entries, entry => entry.Level >= LogLevel.Error);
        Assert.Contains(e.Status.Detail[^33..^1], logged.Message);
        Assert.NotNull(logged.Exception);
    }

    [Fact]
    public async Task An_RPC_without_a_permission_is_denied()
    {
        await using var host = await DefaultsHost.StartAsync();
        var call = host.Channel.CreateCallInvoker().AsyncUnaryCall(DefaultsHost.Unlisted.PingMethod, null, new CallOptions(cancellationToken: Cancel), [1]);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.PermissionDenied, e.StatusCode);
        Assert.Contains("/mesh.test.Unlisted/Ping", e.Status.Detail);
    }

    [Fact]
    public void Every_RPC_of_the_contracts_has_a_permission()
    {
        var table = new PermissionTable();
        var methods = PermissionTable.Services().SelectMany(s => s.Methods.Select(m => $"/{s.FullName}/{m.Name}")).ToList();
        Assert.True(methods.Count > 50);
        Assert.All(methods, m => Assert.Matches("^[a-zA-Z]+\\.[a-zA-Z]+$", table.Find(m)));
        Assert.Equal("", table.Find("/grpc.health.v1.Health/Check"));
        Assert.Null(table.Find("/mesh.test.Unlisted/Ping"));
    }

    [Fact]
    public async Task Metrics_are_on_the_HTTP_1_port_alone_and_health_on_both()
    {
        await using var host = await DefaultsHost.StartAsync();
        using var http1 = host.Http1;
        using var http2 = host.Http2;
        await host.Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/p" }, cancellationToken: Cancel);
        Assert.Contains("http_server_request_duration_seconds", await http1.GetStringAsync("/metrics", Cancel));
        using var refused = await http2.GetAsync("/metrics", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        foreach (var client in new[] { http1, http2 })
        {
            Assert.Equal("Healthy", await client.GetStringAsync("/health", Cancel));
            Assert.Equal("Healthy", await client.GetStringAsync("/alive", Cancel));
        }

        var health = await new Health.HealthClient(host.Channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }
}
