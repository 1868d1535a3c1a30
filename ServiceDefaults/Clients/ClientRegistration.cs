using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ServiceDefaults.Clients;

/// <summary>Typed gRPC clients of other services, found by service discovery.</summary>
public static class ClientRegistration
{
    /// <param name="service">Name in service discovery: "ingest" reads <c>services__ingest__grpc__0</c> and on.</param>
    public static IHttpClientBuilder AddMeshClient<TClient>(this IServiceCollection services, string service)
        where TClient : ClientBase
        => services.AddNamedClient<TClient>(typeof(TClient).Name, service);

    /// <summary>One client type for several services: resolve it keyed by the service's name.</summary>
    public static void AddKeyedMeshClient<TClient>(this IServiceCollection services, string service)
        where TClient : ClientBase
    {
        var name = $"{typeof(TClient).Name} of {service}";
        services.AddNamedClient<TClient>(name, service);
        services.AddKeyedTransient(service, (provider, _) => provider.GetRequiredService<GrpcClientFactory>().CreateClient<TClient>(name));
    }

    private static IHttpClientBuilder AddNamedClient<TClient>(this IServiceCollection services, string name, string service)
        where TClient : ClientBase
    {
        var client = services
            .AddGrpcClient<TClient>(name, grpc => grpc.Address = new Uri($"http://_grpc.{service}"))
            .ConfigureChannel(channel =>
            {
                channel.MaxReceiveMessageSize = 16 * 1024 * 1024;
                channel.ServiceConfig = new ServiceConfig { MethodConfigs = { RetryUnavailable } };
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = TimeSpan.FromSeconds(20),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
                // What a stream may send ahead of its reader. Ample within a data centre; a service that reads much and must
                // stay small forbids its growth, to 16 MiB, in its project file.
                InitialHttp2StreamWindowSize = 1 << 20,
            })
            .AddInterceptor(() => new DeadlineInterceptor());
        client.AddServiceDiscovery();
        return client;
    }

    /// <summary>A service that restarts is back in seconds. Creates carry a request id, or their caller takes ALREADY_EXISTS for success: trying again is safe.</summary>
    private static MethodConfig RetryUnavailable => new()
    {
        Names = { MethodName.Default },
        RetryPolicy = new RetryPolicy
        {
            MaxAttempts = 5,
            InitialBackoff = TimeSpan.FromMilliseconds(100),
            MaxBackoff = TimeSpan.FromSeconds(3),
            BackoffMultiplier = 3,
            RetryableStatusCodes = { StatusCode.Unavailable },
        },
    };
}
