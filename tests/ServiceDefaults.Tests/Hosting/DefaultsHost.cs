using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.ServiceDefaults.Tests.Hosting;

/// <summary>A service that has the defaults and answers what the project's name asks for.</summary>
internal sealed class DefaultsHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DefaultsHost(WebApplication app, LogCollector logs) => (_app, Logs) = (app, logs);

    public LogCollector Logs { get; }

    public IServiceProvider Services => _app.Services;

    public ListeningPorts Ports => _app.Services.GetRequiredService<ListeningPorts>();

    public GrpcChannel Channel => GrpcChannel.ForAddress(Ports.GrpcAddress);

    public ProjectService.ProjectServiceClient Projects => new(Channel);

    public HttpClient Http1 => new() { BaseAddress = new Uri(Ports.HttpAddress) };

    public HttpClient Http2 => new()
    {
        BaseAddress = new Uri(Ports.GrpcAddress), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static async Task<DefaultsHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var logs = new LogCollector();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.AddMeshDefaults("test");
        builder.Logging.ClearProviders().AddProvider(logs);
        var app = builder.Build();
        app.MapMeshDefaults();
        app.MapGrpcService<Projects_>();
        app.MapGrpcService<Unlisted>();
        await app.StartAsync();
        return new DefaultsHost(app, logs);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class Projects_ : ProjectService.ProjectServiceBase
    {
        public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) => request.Name switch
        {
            "projects/missing" => throw MeshError.NotFound(request.Name),
            "projects/invalid" => throw MeshError.Invalid("name", "is wrong."),
            "projects/breaks" => throw new FileNotFoundException("/secret/path is not there"),
            "projects/cancelled" => throw new OperationCanceledException(),
            "projects/dependency" => throw MeshError.Unavailable("STOPPING", "said by another service", TimeSpan.FromSeconds(3)).ToRpcException(),
            "projects/no-connection" => throw new RpcException(new Status(StatusCode.Unavailable, "Error connecting to 127.0.0.1:41233.")),
            "projects/late" => throw new RpcException(new Status(StatusCode.DeadlineExceeded, "")),
            "projects/failed-there" => throw new RpcException(new Status(StatusCode.Internal, "Internal error; trace id 1.")),
            "projects/status" => throw new RpcException(new Status(StatusCode.OutOfRange, "as thrown")),
            _ => Task.FromResult(new Project { Name = request.Name, Creator = $"{context.GetCaller().Principal} {context.GetCaller().Project} {context.GetCaller().Permission}" }),
        };
    }

    /// <summary>A service whose RPC carries no permission option, shaped as the code generator would.</summary>
    [BindServiceMethod(typeof(UnlistedBase), nameof(Bind))]
    public abstract class UnlistedBase
    {
        private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(b => b, b => b);

        public static readonly Method<byte[], byte[]> PingMethod = new(MethodType.Unary, "mesh.test.Unlisted", "Ping", Bytes, Bytes);

        public static void Bind(ServiceBinderBase binder, UnlistedBase? service) =>
            binder.AddMethod(PingMethod, service is null ? null! : new UnaryServerMethod<byte[], byte[]>(service.Ping));

        public virtual Task<byte[]> Ping(byte[] request, ServerCallContext context) =>
            throw new RpcException(new Status(StatusCode.Unimplemented, ""));
    }

    public sealed class Unlisted : UnlistedBase
    {
        public override Task<byte[]> Ping(byte[] request, ServerCallContext context) => Task.FromResult(request);
    }
}
