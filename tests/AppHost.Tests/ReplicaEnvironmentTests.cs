using Mesh.AppHost.Local;
using Mesh.AppHost.Local.ApplicationModel;
using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Tests;

/// <summary>The variables that a service made for Aspire relies on, with values computed by hand.</summary>
public sealed class ReplicaEnvironmentTests
{
    private readonly DistributedApplicationBuilder builder;
    private readonly IResourceBuilder<ProjectResource> back;
    private readonly IResourceBuilder<ProjectResource> front;

    public ReplicaEnvironmentTests()
    {
        builder = (DistributedApplicationBuilder)DistributedApplication.CreateBuilder([]);
        back = builder.AddProject("back-end", TestPaths.Service)
            .WithHttpEndpoint(name: "grpc", env: "MESH_GRPC_PORT")
            .WithHttpEndpoint(name: "http", env: "MESH_HTTP_PORT")
            .WithReplicas(2);
        front = builder.AddProject("front", TestPaths.Service).WithHttpEndpoint(port: 0).WithReference(back);
    }

    [Fact]
    public void A_reference_brings_every_endpoint_of_every_replica()
    {
        var environment = Of(front);

        Assert.Equal("http://127.0.0.1:4001", environment["services__back-end__grpc__0"]);
        Assert.Equal("http://127.0.0.1:4003", environment["services__back-end__grpc__1"]);
        Assert.Equal("http://127.0.0.1:4002", environment["services__back-end__http__0"]);
        Assert.Equal("http://127.0.0.1:4004", environment["services__back-end__http__1"]);
        Assert.Equal("http://127.0.0.1:4001", environment["BACK_END_GRPC"]);
        Assert.Equal("http://127.0.0.1:4002", environment["BACK_END_HTTP"]);
    }

    [Fact]
    public void Ports_go_to_their_variables_and_the_other_endpoints_to_the_urls()
    {
        Assert.Equal("4003", Of(back, 1)["MESH_GRPC_PORT"]);
        Assert.Equal("4004", Of(back, 1)["MESH_HTTP_PORT"]);
        Assert.DoesNotContain("ASPNETCORE_URLS", Of(back).Keys);
        Assert.Equal("http://127.0.0.1:4005", Of(front)["ASPNETCORE_URLS"]);
    }

    [Fact]
    public void Telemetry_names_the_resource_and_the_replica()
    {
        var environment = Of(back, 1, ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"));

        Assert.Equal("back-end", environment["OTEL_SERVICE_NAME"]);
        Assert.Matches("^service.instance.id=[a-z]{8},deployment.environment.name=test$", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.NotEqual(Of(back, 0)["OTEL_RESOURCE_ATTRIBUTES"], Of(back, 1)["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.DoesNotContain(environment.Keys, name => name.StartsWith("OTEL_EXPORTER", StringComparison.Ordinal));
    }

    [Fact]
    public void The_exporter_is_passed_through()
    {
        var environment = Of(front, 0, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"), ("OTEL_EXPORTER_OTLP_HEADERS", "x-otlp-api-key=k"));

        Assert.Equal("http://collector:4317", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("x-otlp-api-key=k", environment["OTEL_EXPORTER_OTLP_HEADERS"]);
        Assert.Equal("grpc", environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("in_memory", environment["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"]);
        Assert.Equal("http/protobuf", Of(front, 0,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"))["OTEL_EXPORTER_OTLP_PROTOCOL"]);
    }

    [Fact]
    public void What_the_app_host_was_given_for_itself_stays_with_it()
    {
        var environment = Of(front, 0, ("ASPNETCORE_HTTP_PORTS", "8080"), ("ConnectionStrings__other", "secret"), ("services__x__http__0", "old"), ("MESH_EXIT", "true"), ("HOME", "/h"));

        Assert.DoesNotContain("ASPNETCORE_HTTP_PORTS", environment.Keys);
        Assert.DoesNotContain("ConnectionStrings__other", environment.Keys);
        Assert.DoesNotContain("services__x__http__0", environment.Keys);
        Assert.DoesNotContain("MESH_EXIT", environment.Keys);
        Assert.Equal("/h", environment["HOME"]);
        Assert.Equal("1", environment["MESH_PARENT_PIPE"]);
    }

    [Fact]
    public void Only_the_public_door_listens_where_the_operator_says()
    {
        front.WithExternalHttpEndpoints();

        Assert.Equal("0.0.0.0", Of(front, 0, ("MESH_BIND", "0.0.0.0"))["MESH_BIND"]);
        Assert.DoesNotContain("MESH_BIND", Of(back, 0, ("MESH_BIND", "0.0.0.0")).Keys);
    }

    [Fact]
    public void Loopback_is_never_sent_to_a_proxy()
    {
        Assert.DoesNotContain("no_proxy", Of(front).Keys);
        Assert.Equal("127.0.0.1,localhost", Of(front, 0, ("http_proxy", "http://proxy:3128"))["no_proxy"]);
        Assert.Equal("127.0.0.1,localhost,.corp", Of(front, 0, ("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", ".corp"))["NO_PROXY"]);
    }

    [Fact]
    public void Connection_strings_and_parameters_come_from_the_configuration()
    {
        builder.Configuration["ConnectionStrings:mesh"] = "Host=db";
        builder.Configuration["Parameters:key"] = "k";
        front.WithReference(builder.AddPostgres("postgres").AddDatabase("mesh"))
            .WithReference(builder.AddConnectionString("none"), optional: true)
            .WithReference(builder.AddConnectionString("aside", "ASIDE"), optional: true)
            .WithEnvironment("KEY", builder.AddParameter("key", secret: true))
            .WithEnvironment("BACK", back.GetEndpoint("http"))
            .WithEnvironment("PLAIN", "value");
        builder.Configuration["ConnectionStrings:aside"] = "a";

        var environment = Of(front);

        Assert.Equal("Host=db", environment["ConnectionStrings__mesh"]);
        Assert.DoesNotContain("ConnectionStrings__none", environment.Keys);
        Assert.Equal("a", environment["ASIDE"]);
        Assert.Equal("k", environment["KEY"]);
        Assert.Equal("http://127.0.0.1:4002", environment["BACK"]);
        Assert.Equal("value", environment["PLAIN"]);
    }

    private static Dictionary<string, string> Of(IResourceBuilder<ProjectResource> builder, int index = 0, params (string Name, string Value)[] inherited)
    {
        var port = 4001;
        var replicas = ((DistributedApplicationBuilder)builder.ApplicationBuilder).Resources.Where(resource => resource.IsProcess).ToDictionary(
            resource => resource,
            resource => Enumerable.Range(0, resource.Replicas).Select(index => new Replica(resource, index, "/state")).ToArray());
        foreach (var replica in replicas.Values.SelectMany(group => group))
        {
            foreach (var endpoint in replica.Resource.Endpoints)
                replica.Assign(endpoint, port++);
        }
        return ReplicaEnvironment.Of(replicas[builder.Resource][index], new Addresses(replicas), inherited.ToDictionary(pair => pair.Name, pair => pair.Value));
    }
}
