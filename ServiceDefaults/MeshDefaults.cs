using Google.Protobuf.Reflection;
using Google.Rpc;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Hosting;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Telemetry;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.ServiceDefaults.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Mesh.ServiceDefaults;

/// <summary>What every service is made of. A Program.cs calls these three and adds its own.</summary>
public static class MeshDefaults
{
    /// <summary>Registers the shape all services share: ports, state folder, telemetry, errors, callers, health.</summary>
    /// <param name="service">Lower-case name, as in service discovery: "ingest".</param>
    public static WebApplicationBuilder AddMeshDefaults(this WebApplicationBuilder builder, string service)
    {
        builder.AddServiceIdentity(service);
        builder.AddMeshLogging();
        builder.AddKestrelShape();
        builder.AddMeshTelemetry(service);
        builder.Services.AddServiceDiscovery();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ChangeSignals>();
        builder.Services.AddSingleton<WatchStream>();
        builder.Services.AddSingleton<PermissionTable>();
        builder.Services.AddSingleton<ErrorTranslation>();
        builder.Services.AddSingleton<ParentPipe>();
        if (ParentPipe.IsHeld(builder.Configuration))
        {
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ParentPipe.StopWithin);
        }

        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.AddGrpcHealthChecks();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = 16 * 1024 * 1024;
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<CallerInterceptor>();
        }).AddJsonTranscoding(json => json.TypeRegistry = TypeRegistry.FromFiles([ErrorDetailsReflection.Descriptor, .. ProtoFiles.All]));
        return builder;
    }

    /// <summary>Maps health, metrics and, where the service has contents, tenancy.</summary>
    public static WebApplication MapMeshDefaults(this WebApplication app)
    {
        app.MapMeshHealth();
        app.MapMeshMetrics();
        if (app.Services.GetService<IServiceProviderIsService>()?.IsService(typeof(IProjectContents)) == true)
        {
            app.MapGrpcService<TenancyApi>();
        }

        return app;
    }

    /// <summary>Brings the database to the newest migration, then serves until told to stop.</summary>
    /// <returns>The process's exit code: 0 after an orderly stop, 1 when the service could not start.</returns>
    public static async Task<int> RunMeshAsync(this WebApplication app)
    {
        // A failed start disposes the services, so this is read before.
        var name = app.Environment.ApplicationName;
        try
        {
            app.Services.GetRequiredService<ParentPipe>().Watch();
            var ports = app.Services.GetRequiredService<ListeningPorts>();
            ports.ThrowIfMisconfigured();
            app.Lifetime.ApplicationStarted.Register(() => ports.Log(app.Logger));
            await app.Services.MigrateMeshDatabaseAsync(app.Lifetime.ApplicationStopping);
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (StartFailure.Explain(e) is { } line)
        {
            Console.Error.WriteLine($"crit: {name}: {line}");
            return 1;
        }
    }
}
