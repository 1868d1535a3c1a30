using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>Ingest and Identity as the service sees them: a real gRPC server in this process that serves records from memory.</summary>
public sealed class MeshSeam : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MeshSeam(WebApplication app, IngestSeam ingest) => (_app, Ingest) = (app, ingest);

    public IngestSeam Ingest { get; }

    public string Address => _app.Urls.Single();

    public static async Task<MeshSeam> StartAsync()
    {
        var ingest = new IngestSeam();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(ingest);
        var app = builder.Build();
        app.MapGrpcService<IngestSeam>();
        app.MapGrpcService<ProjectSeam>();
        await app.StartAsync();
        return new MeshSeam(app, ingest);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
