using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>A service behind the gateway, with everything that every service has.</summary>
internal sealed class OwnerServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OwnerServer(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <param name="port">0 for any; a port that was used before starts the "same" service again.</param>
    public static async Task<OwnerServer> StartAsync(string name, Action<IServiceCollection> add, Action<WebApplication> map, int port = 0)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MESH_GRPC_PORT"] = $"{port}" });
        builder.AddMeshDefaults(name);
        builder.Logging.ClearProviders();
        add(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new OwnerServer(app) { Address = app.Services.GetRequiredService<ListeningPorts>().GrpcAddress };
    }

    /// <summary>Answers every call, gRPC or not, by saying who it is and which path was asked.</summary>
    public static Task<OwnerServer> StartEchoAsync(string name) => StartAsync(name, _ => { }, app => app.Run(async http =>
    {
        http.Response.Headers["x-owner"] = name;
        http.Response.Headers["x-asked"] = $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}";
        http.Response.Headers["x-protocol"] = http.Request.Protocol;
        if (http.Request.ContentType == "application/grpc")
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "0";
        }

        using var reader = new StreamReader(http.Request.Body);
        http.Response.Headers["x-body"] = $"{(await reader.ReadToEndAsync()).Length}";
    }));

    /// <summary>Closes every connection, as a kill does.</summary>
    public async Task StopAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }
}
