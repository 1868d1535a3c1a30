using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Common.V1;
using Mesh.Identity.V1;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Identity.Tests;

/// <summary>The Identity service in process, on SQLite or PostgreSQL, with a server that answers for all owners of resources.</summary>
public sealed class IdentityHost : WebApplicationFactory<Program>
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _postgres;
    private readonly Owners _owners = new();
    private WebApplication? _ownersServer;
    private string _ownersAddress = "";

    private IdentityHost(string? postgres) => _postgres = postgres;

    public LogCollector Logs { get; } = new();

    public Owners Contents => _owners;

    public ProjectService.ProjectServiceClient Projects => new(GrpcChannel.ForAddress(
        Server.BaseAddress, new GrpcChannelOptions { HttpHandler = Server.CreateHandler() }));

    public static async Task<IdentityHost> StartAsync(bool postgres)
    {
        var connection = postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null;
        var host = new IdentityHost(connection);
        await host.StartOwnersAsync();
        return host;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("MESH_STATE", _folder.Path);
        builder.UseSetting("Identity:ContentsTimeoutSeconds", "5");
        if (_postgres is not null)
        {
            builder.UseSetting("ConnectionStrings:mesh", _postgres);
        }

        foreach (var owner in OwnerNames)
        {
            builder.UseSetting($"services:{owner}:grpc:0", _ownersAddress);
        }

        builder.ConfigureLogging(logging => logging.AddProvider(Logs));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _ownersServer!.DisposeAsync();
        _folder.Dispose();
    }

    private static IReadOnlyList<string> OwnerNames => Mesh.Identity.Projects.ProjectContents.Owners;

    private async Task StartOwnersAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_owners);
        _ownersServer = builder.Build();
        _ownersServer.MapGrpcService<Owners>();
        await _ownersServer.StartAsync();
        _ownersAddress = _ownersServer.Urls.Single();
    }

    /// <summary>Every service that keeps resources, at once.</summary>
    public sealed class Owners : TenancyService.TenancyServiceBase
    {
        public Dictionary<string, long> Counts { get; } = [];

        /// <summary>Runs inside each count, while the project is marked.</summary>
        public Func<Task>? During { get; set; }

        public override async Task<CountResourcesResponse> CountResources(CountResourcesRequest request, ServerCallContext context)
        {
            await (During?.Invoke() ?? Task.CompletedTask);
            return new CountResourcesResponse { Counts = { Counts } };
        }
    }
}
