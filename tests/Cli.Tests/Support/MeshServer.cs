using System.Net;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli.Tests.Support;

/// <summary>
/// A gRPC server that speaks the mesh's contracts as far as the commands go, over state in memory that outlives its restarts.
/// </summary>
internal sealed class MeshServer : IAsyncDisposable
{
    private readonly List<WebApplication> _apps = [];
    private int _port;

    public MeshState State { get; } = new();

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public LogCollector Logs { get; } = new();

    public static async Task<MeshServer> StartAsync()
    {
        var server = new MeshServer();
        server.State.Restart = server.RestartAsync;
        await server.StartHostAsync();
        return server;
    }

    /// <summary>Calls under way break off; the port stays the same.</summary>
    public async Task RestartAsync()
    {
        // Stopped, not disposed: a call that still runs in it would fail for want of its services, as in no real process.
        await _apps[^1].StopAsync();
        await StartHostAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    private async Task StartHostAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Logs);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(State);
        var app = builder.Build();
        app.MapGrpcService<Projects>();
        app.MapGrpcService<Datasets>();
        app.MapPut("/v1/{**rest}", (HttpContext http) => Datasets.PutAsync(http, State));
        app.MapGrpcService<Pipelines>();
        app.MapGrpcService<Training>();
        app.MapGrpcService<Models>();
        app.MapGrpcService<Deployments>();
        app.MapGrpcService<Predictions>();
        app.MapGrpcService<Protocol>();
        await app.StartAsync();
        _apps.Add(app);
        _port = new Uri(app.Urls.Single()).Port;
    }
}
