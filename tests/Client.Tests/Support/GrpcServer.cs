using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Support;

/// <summary>A real gRPC server on a free port with one service; it can go away and come back on the same port.</summary>
internal sealed class GrpcServer<TService>(TService service) : IAsyncDisposable
    where TService : class
{
    private WebApplication? _app;
    private int _port;

    public TService Service => service;

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public static async Task<GrpcServer<TService>> StartAsync(TService service)
    {
        var server = new GrpcServer<TService>(service);
        await server.StartAsync();
        return server;
    }

    public MeshClient Client(TimeSpan? patience = null, int maxAttempts = 2) =>
        new(new MeshClientOptions { Address = Address, Patience = patience ?? TimeSpan.FromSeconds(30), MaxAttempts = maxAttempts });

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(service);
        _app = builder.Build();
        _app.MapGrpcService<TService>();
        (service as IHttpService)?.Map(_app);
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    /// <summary>Calls under way break off.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}

/// <summary>A service that speaks plain HTTP besides.</summary>
internal interface IHttpService
{
    void Map(WebApplication app);
}
