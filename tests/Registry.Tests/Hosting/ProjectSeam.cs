using Grpc.Core;
using Mesh.Identity.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Registry.Tests.Hosting;

/// <summary>Answers for Identity over real gRPC: "default" is active, "leaving" is being deleted, others do not exist.</summary>
public sealed class ProjectSeam : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProjectSeam(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<ProjectSeam> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<Projects>();
        await app.StartAsync();
        return new ProjectSeam(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Projects : ProjectService.ProjectServiceBase
    {
        public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) => request.Name switch
        {
            "projects/default" => Task.FromResult(new Project { Name = request.Name, State = ProjectState.Active }),
            "projects/leaving" => Task.FromResult(new Project { Name = request.Name, State = ProjectState.Deleting }),
            _ => throw new RpcException(new Status(StatusCode.NotFound, "no such project")),
        };
    }
}
