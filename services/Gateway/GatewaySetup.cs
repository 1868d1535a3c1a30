using Grpc.Reflection;
using Mesh.Gateway.Reflection;
using Mesh.Gateway.Routing;
using Mesh.Gateway.Serving;
using Mesh.Gateway.Upstream;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Clients;
using Yarp.ReverseProxy.Configuration;

namespace Mesh.Gateway;

public static class GatewaySetup
{
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();

        var connections = new UpstreamConnections(builder.Configuration);
        builder.Services.AddSingleton(connections);
        if (!connections.IsTraced)
        {
            // With it, hosting makes an activity and a log scope for each request, which nobody would read.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }

        builder.Services.AddSingleton<IProxyConfigProvider, ServiceRoutes>();
        builder.Services.AddReverseProxy().ConfigureHttpClient((_, handler) => connections.Shape(handler));

        builder.Services.AddMeshClient<DirectoryService.DirectoryServiceClient>("registry");
        builder.Services.AddSingleton<ReplicaDirectory>();
        builder.Services.AddHostedService<DirectoryWatch>();
        builder.Services.AddSingleton<ReplicaChannel>();
        builder.Services.AddSingleton<ReplayMemory>();
        builder.Services.AddSingleton<HeldCalls>();
        builder.Services.AddSingleton<UnaryForwarder>();
        builder.Services.AddSingleton<StreamForwarder>();
        builder.Services.AddSingleton<InferenceEndpoint>();

        builder.Services.AddSingleton(_ => new ReflectionServiceImpl(PublicServices.All));
        builder.Services.AddSingleton(_ => new ReflectionV1ServiceImpl(PublicServices.All));
    }

    public static void MapGateway(this WebApplication app)
    {
        app.MapGrpcService<ReflectionServiceImpl>();
        app.MapGrpcService<ReflectionV1ServiceImpl>();
        app.MapInference();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<ServiceFailures>();
            // A pipeline of one's own has none of YARP's steps unless they are named.
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
    }
}
