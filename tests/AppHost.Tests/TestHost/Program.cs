// A small mesh of test services, so that the runner can be tested as a process of its own.
using Mesh.AppHost.Local;
using Mesh.AppHost.Local.ApplicationModel;

var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
{
    Args = args,
    ProjectDirectory = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..")),
});
var state = builder.Configuration["state"] ?? "/tmp";
var port = int.Parse(builder.Configuration["http-port"] ?? "0");

var store = Service("store", null);
var worker = Service("worker", null).WithReference(store).WaitFor(store).WithReplicas(2);
store.WithReference(worker);
var front = Service("front", port > 0 ? port : null).WithReference(worker).WaitFor(worker).WithExternalHttpEndpoints();
// A program that knows nothing of the parent's pipe and has a child of its own.
builder.AddExecutable("plain", "/bin/sh", ".", "-c", "mkdir -p \"$MESH_STATE/starts-plain\"; touch \"$MESH_STATE/starts-plain/1-$$\"; sleep 1000 & touch \"$MESH_STATE/starts-plain/2-$!\"; wait")
    .WithEnvironment("MESH_STATE", state);
builder.AddProject("report", builder.Configuration["TEST_MISSING"] ?? "../TestService/TestService.csproj")
    .WithArgs("report")
    .WithEnvironment("MESH_GATEWAY_HTTP", front.GetEndpoint("http"))
    .WithExplicitStart();
builder.Build().Run();

IResourceBuilder<ProjectResource> Service(string name, int? httpPort) =>
    builder.AddProject(name, "../TestService/TestService.csproj")
        .WithHttpEndpoint(name: "grpc", env: "MESH_GRPC_PORT")
        .WithHttpEndpoint(port: httpPort, name: "http", env: "MESH_HTTP_PORT")
        .WithHttpHealthCheck("/health", endpointName: "http")
        .WithEnvironment("MESH_STATE", state);
