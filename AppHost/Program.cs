using Microsoft.Extensions.Configuration;

// The whole mesh on one page. `dotnet run -c Release --project AppHost` runs it as plain processes on this machine;
// `-p:UseAspire=true` compiles this very file against Aspire, with its dashboard and containers.

var builder = DistributedApplication.CreateBuilder(args);

// Everything that must survive a restart lies under one directory; the services share it, each with a folder of its own.
var state = Path.GetFullPath(builder.Configuration["state"] ?? Path.Combine(builder.AppHostDirectory, "..", ".mesh"));
var environment = builder.Configuration["DOTNET_ENVIRONMENT"] ?? "Production";

// SQLite by default. ConnectionStrings__mesh brings PostgreSQL in; MESH_CONTAINERS=true (Aspire only) starts it as a container.
IResourceBuilder<IResourceWithConnectionString>? database = builder.Configuration["MESH_CONTAINERS"] == "true"
    ? builder.AddPostgres("postgres").AddDatabase("mesh")
    : builder.Configuration.GetConnectionString("mesh") is null ? null : builder.AddConnectionString("mesh");

var identity = Service("identity", "Identity");
var ingest = Service("ingest", "Ingest").Needs(identity);
var registry = Service("registry", "Registry").Needs(identity);
var preprocessing = Service("preprocessing", "Preprocessing").Needs(identity).Needs(ingest);
var trainer = Service("trainer", "Trainer").Needs(identity).Needs(preprocessing).Needs(registry);
var inference = Service("inference", "Inference").Needs(registry).WithReplicas(2);

// Inference and the gateway keep nothing that lasts.
foreach (var owner in database is null ? [] : new[] { identity, ingest, registry, preprocessing, trainer })
    owner.WithReference(database!).WaitFor(database!);

// A trigger of a pipeline starts training runs. Preprocessing must not wait for Trainer, which waits for it.
preprocessing.WithReference(trainer);

// Identity asks these what a project still holds before it deletes it. It must not wait for them: they wait for it.
identity.WithReference(ingest).WithReference(preprocessing).WithReference(trainer).WithReference(registry);

// The only public door, on the ports that Open Inference Protocol clients expect. 0 picks a free port.
var gateway = Service("gateway", "Gateway", Port("http-port", 8000), Port("grpc-port", 8001))
    .Needs(identity).Needs(ingest).Needs(preprocessing).Needs(trainer).Needs(registry).Needs(inference)
    .WithExternalHttpEndpoints();

// The guided tour: `dotnet run -c Release --project AppHost -- demo`. Not started with the rest.
builder.AddProject("demo", "../clients/Cli/Mesh.Cli.csproj")
    .WithArgs("demo")
    .WithEnvironment("MESH_GATEWAY_GRPC", gateway.GetEndpoint("grpc"))
    .WithEnvironment("MESH_GATEWAY_HTTP", gateway.GetEndpoint("http"))
    .WithEnvironment("MESH_STATE", state)
    .WaitFor(gateway)
    .WithExplicitStart();

builder.Build().Run();

int? Port(string option, int preferred) =>
    builder.Configuration[option] is not { } given ? preferred : int.Parse(given) is > 0 and var port ? port : null;

// Each service has one cleartext HTTP/2 port for gRPC and one HTTP/1.1 port for probes and metrics.
IResourceBuilder<ProjectResource> Service(string name, string folder, int? httpPort = null, int? grpcPort = null) =>
    builder.AddProject(name, $"../services/{folder}/Mesh.{folder}.csproj")
        .WithHttpEndpoint(port: grpcPort, name: "grpc", env: "MESH_GRPC_PORT")
        .WithHttpEndpoint(port: httpPort, name: "http", env: "MESH_HTTP_PORT")
        .WithHttpHealthCheck("/health", endpointName: "http")
        .WithEnvironment("MESH_STATE", state)
        .WithEnvironment("DOTNET_ENVIRONMENT", environment)
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", environment);

internal static class Dependencies
{
    /// <summary>Gives a service the address of another and starts it once that one is healthy.</summary>
    public static IResourceBuilder<ProjectResource> Needs(this IResourceBuilder<ProjectResource> service, IResourceBuilder<ProjectResource> other) =>
        service.WithReference(other).WaitFor(other);
}
