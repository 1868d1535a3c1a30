using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>Ingest, Trainer and Identity as the service sees them: a real gRPC server in this process that serves records from memory.</summary>
public sealed class MeshSeam : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MeshSeam(WebApplication app) => _app = app;

    public IngestSeam Ingest => _app.Services.GetRequiredService<IngestSeam>();

    public TrainerSeam Trainer => _app.Services.GetRequiredService<TrainerSeam>();

    /// <summary>Calls that have come in, of all kinds.</summary>
    public int Calls => _app.Services.GetRequiredService<CallCounter>().Calls;

    public string Address => _app.Urls.Single();

    public static async Task<MeshSeam> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<CallCounter>());
        builder.Services.AddSingleton<CallCounter>();
        builder.Services.AddSingleton<IngestSeam>();
        builder.Services.AddSingleton<TrainerSeam>();
        var app = builder.Build();
        app.MapGrpcService<IngestSeam>();
        app.MapGrpcService<TrainerSeam>();
        app.MapGrpcService<ProjectSeam>();
        await app.StartAsync();
        return new MeshSeam(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
