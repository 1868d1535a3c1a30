using Mesh.Gateway.Upstream;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Serving;

/// <summary>The HTTP/2 connections to all replicas.</summary>
public sealed class ReplicaChannel(UpstreamConnections connections, IOptions<GatewayOptions> options) : IDisposable
{
    // Made for the first call: routes are mapped before invalid options are reported, all at once.
    private readonly Lazy<HttpMessageInvoker> _invoker = new(() =>
    {
        var handler = new SocketsHttpHandler();
        connections.Shape(handler);
        handler.KeepAlivePingDelay = handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(options.Value.PingSeconds);
        return new HttpMessageInvoker(handler);
    });

    public HttpMessageInvoker Invoker => _invoker.Value;

    public void Dispose()
    {
        if (_invoker.IsValueCreated)
        {
            Invoker.Dispose();
        }
    }
}
