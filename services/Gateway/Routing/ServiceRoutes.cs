using Mesh.Gateway.Reflection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Routing;

/// <summary>
/// YARP's routes and clusters for every service but Inference, made from the protos: one gRPC route per service and one
/// HTTP/JSON route per google.api.http rule; <see cref="ByteRoutes"/> besides. Addresses come from service discovery and are fixed at start.
/// </summary>
public sealed class ServiceRoutes : IProxyConfigProvider
{
    private readonly Fixed _config;

    public ServiceRoutes(IConfiguration configuration, IOptions<GatewayOptions> options, ILogger<ServiceRoutes> logger)
    {
        var services = PublicServices.All.Where(s => s.File.Package.StartsWith("mesh.", StringComparison.Ordinal) && PublicServices.Owner(s) != "inference").ToList();
        var routes = services.SelectMany(service => HttpRoutes.Of(service).Prepend(GrpcRoute(service))).Concat(ByteRoutes.All).ToList();
        var activityTimeout = ActivityTimeout(options);
        var clusters = services.Select(PublicServices.Owner).Distinct().Select(owner => Cluster(owner, configuration, activityTimeout, logger)).ToList();
        _config = new Fixed(routes, clusters);
    }

    public IProxyConfig GetConfig() => _config;

    // YARP asks for the routes before the host starts, and so before invalid options are reported, all at once.
    private static TimeSpan ActivityTimeout(IOptions<GatewayOptions> options)
    {
        try
        {
            return TimeSpan.FromSeconds(options.Value.ActivityTimeoutSeconds);
        }
        catch (OptionsValidationException)
        {
            return TimeSpan.FromSeconds(new GatewayOptions().ActivityTimeoutSeconds);
        }
    }

    private static RouteConfig GrpcRoute(Google.Protobuf.Reflection.ServiceDescriptor service) => new()
    {
        RouteId = service.FullName,
        ClusterId = PublicServices.Owner(service),
        Match = new RouteMatch { Path = $"/{service.FullName}/{{method}}", Methods = ["POST"] },
    };

    private static ClusterConfig Cluster(string owner, IConfiguration configuration, TimeSpan activityTimeout, ILogger logger)
    {
        var addresses = configuration.GetSection($"services:{owner}:grpc").GetChildren().Select(c => c.Value).OfType<string>().ToList();
        if (addresses.Count == 0)
        {
            logger.ServiceWithoutAddress(owner);
        }

        return new ClusterConfig
        {
            ClusterId = owner,
            LoadBalancingPolicy = "PowerOfTwoChoices",
            Destinations = addresses.Select((address, i) => (Id: $"{owner}/{i}", address))
                .ToDictionary(d => d.Id, d => new DestinationConfig { Address = d.address }),
            HttpRequest = new ForwarderRequestConfig
            {
                Version = System.Net.HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                ActivityTimeout = activityTimeout,
            },
            HealthCheck = new HealthCheckConfig
            {
                // A destination that YARP thinks ill still beats none: it may be back already.
                AvailableDestinationsPolicy = "HealthyOrPanic",
                Active = new ActiveHealthCheckConfig
                {
                    Enabled = addresses.Count > 1, Interval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(2), Path = "/health", Policy = "ConsecutiveFailures",
                },
                Passive = new PassiveHealthCheckConfig { Enabled = addresses.Count > 1, Policy = "TransportFailureRate", ReactivationPeriod = TimeSpan.FromSeconds(2) },
            },
        };
    }

    private sealed record Fixed(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters) : IProxyConfig
    {
        public IChangeToken ChangeToken { get; } = new CancellationChangeToken(CancellationToken.None);
    }
}
