using System.Net;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Callers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
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
    [InlineData("failed-there")]
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

    [Theory]
    [InlineData("no-connection")]
    [InlineData("late")]
    public async Task A_service_that_this_one_needs_and_cannot_reach_is_named_by_nothing(string project)
    {
        await using var host = await DefaultsHost.StartAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await host.Projects.GetProjectAsync(new GetProjectRequest { Name = $"projects/{project}" }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.Unavailable, "A service that this call needs does not answer."), (e.StatusCode, e.Status.Detail));
        Assert.Equal("DEPENDENCY_UNAVAILABLE", e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
        Assert.Equal(1, e.GetRpcStatus()!.GetDetail<RetryInfo>().RetryDelay.Seconds);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task What_another_service_of_the_mesh_said_passes()
    {
        await using var host = await DefaultsHost.StartAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await host.Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/dependency" }, cancellationToken: Cancel));
        Assert.Equal(("said by another service", "STOPPING"), (e.Status.Detail, e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason));
    }

    [Fact]
    public async Task A_replica_keeps_the_instance_id_it_was_given()
    {
        await using var named = await DefaultsHost.StartAsync(("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=abcdefgh,x=y"));
        Assert.Equal("abcdefgh", InstanceId(named));
        await using var unnamed = await DefaultsHost.StartAsync();
        Assert.True(Guid.TryParse(InstanceId(unnamed), out _));

        static string InstanceId(DefaultsHost host) =>
            (string)host.Services.GetRequiredService<MeterProvider>().GetResource().Attributes.Single(a => a.Key == "service.instance.id").Value;
    }

    [Theory]
    [InlineData("1", 5)]
    [InlineData("0", 30)]
    public async Task Under_the_app_host_a_stop_ends_before_it_kills(string held, int seconds)
    {
        await using var host = await DefaultsHost.StartAsync(("MESH_PARENT_PIPE", held));
        Assert.Equal(seconds, host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.TotalSeconds);
    }

    [Fact]
    public async Task An_operator_can_turn_the_frameworks_logs_on()
    {
        const string Category = "Microsoft.AspNetCore.Hosting.Diagnostics";
        await using var quiet = await DefaultsHost.StartAsync();
        Assert.DoesNotContain(quiet.Logs.Entries, entry => entry.Category == Category);
        await using var host = await DefaultsHost.StartAsync(("Logging:LogLevel:Microsoft", "Information"));
        await host.Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/p" }, cancellationToken: Cancel);
        Assert.Contains(host.Logs.Entries, entry => entry.Category == Category);
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
    public void Health_needs_no_permission_and_what_is_in_no_contract_has_none()
    {
        var table = new PermissionTable();
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
