using System.Diagnostics;
using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Upstream;

/// <summary>How the gateway connects to services and replicas.</summary>
public sealed class UpstreamConnections(IConfiguration configuration)
{
    /// <summary>
    /// Null when nothing is traced: the caller's trace context then passes on unchanged. Otherwise what is sent on is a
    /// child, the gateway's own span.
    /// </summary>
    private readonly DistributedContextPropagator? _propagator =
        string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]) ? null : new ReverseProxyPropagator(DistributedContextPropagator.Current);

    public bool IsTraced => _propagator is not null;

    public void Shape(SocketsHttpHandler handler)
    {
        handler.UseProxy = false;
        handler.AllowAutoRedirect = false;
        handler.AutomaticDecompression = DecompressionMethods.None;
        handler.UseCookies = false;
        handler.EnableMultipleHttp2Connections = true;
        // What a stream may send ahead of its reader; it does not grow (see the project file).
        handler.InitialHttp2StreamWindowSize = 1 << 20;
        handler.ConnectTimeout = TimeSpan.FromSeconds(2);
        // Finds a process that hangs, or whose machine vanished without closing its connections.
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        handler.ActivityHeadersPropagator = _propagator;
    }
}
