using Mesh.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mesh.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs by OTLP to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> points (nothing is exported when it is
/// unset), and Prometheus metrics on the HTTP/1.1 port. Every Meter and ActivitySource named "Mesh.*" is included.
/// </summary>
public static class MeshTelemetry
{
    private const string Everything = "Mesh.*";

    /// <param name="isWorker">A worker inherits its service's environment and needs an instance id of its own, or their metrics would collide.</param>
    internal static void AddMeshTelemetry(this IHostApplicationBuilder builder, string service, bool isWorker = false)
    {
        // AddService would otherwise put an id of its own in place of the one that whoever started this replica chose.
        var named = !isWorker && builder.Configuration["OTEL_RESOURCE_ATTRIBUTES"]?.Contains("service.instance.id=", StringComparison.Ordinal) == true;
        var export = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                builder.Configuration["OTEL_SERVICE_NAME"] ?? service, autoGenerateServiceInstanceId: !named))
            .WithMetrics(metrics => metrics
                .AddMeter(Everything, "Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        if (!export)
        {
            return;
        }

        telemetry.WithTracing(traces => traces
            .AddSource(Everything)
            .AddAspNetCoreInstrumentation(web => web.Filter = http => !IsProbe(http.Request.Path))
            .AddHttpClientInstrumentation()
            .AddGrpcClientInstrumentation()
            .AddNpgsql());
        builder.Logging.AddOpenTelemetry(logs => logs.IncludeFormattedMessage = true);
        telemetry.UseOtlpExporter();
    }

    internal static void MapMeshMetrics(this WebApplication app)
    {
        // The gateway sends users' paths to the h2c port; metrics are for the operator's port alone.
        app.UseOpenTelemetryPrometheusScrapingEndpoint(http =>
            http.Request.Path == "/metrics" && !Microsoft.AspNetCore.Http.HttpProtocol.IsHttp2(http.Request.Protocol));
    }

    private static bool IsProbe(string path) => path is "/health" or "/alive" or "/metrics" or "/grpc.health.v1.Health/Check";
}
