using Mesh.Gateway.Upstream;

namespace Mesh.Gateway.Serving;

/// <summary>The HTTP/2 connections to all replicas.</summary>
public sealed class ReplicaChannel : IDisposable
{
    public ReplicaChannel(UpstreamConnections connections)
    {
        var handler = new SocketsHttpHandler();
        connections.Shape(handler);
        Invoker = new HttpMessageInvoker(handler);
    }

    public HttpMessageInvoker Invoker { get; }

    public void Dispose() => Invoker.Dispose();
}
