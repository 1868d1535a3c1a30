using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Gateway.TestReplica;

/// <summary>
/// Something that looks like an inference replica from the gateway: both gRPC services, transcoded JSON and the REST
/// paths, on one h2c port. What it does with a call is in the call; see <see cref="Behaviour"/>.
/// </summary>
public sealed class ReplicaServer : IAsyncDisposable
{
    private WebApplication _app = null!;
    private int _calls;
    private int _cancelled;

    private ReplicaServer(string id) => Id = id;

    public string Id { get; }

    public string Address { get; private set; } = "";

    /// <summary>Calls that reached a handler.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Calls whose caller left while they waited.</summary>
    public int Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>The headers of each call, oldest first.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Headers { get; } = new();

    /// <param name="keepHeaders">Off when millions of calls are made.</param>
    public static async Task<ReplicaServer> StartAsync(string id, int port = 0, bool keepHeaders = true)
    {
        var replica = new ReplicaServer(id);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(replica);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
        }).AddJsonTranscoding();
        replica._app = builder.Build();
        replica._app.Use((http, next) =>
        {
            Interlocked.Increment(ref replica._calls);
            if (keepHeaders)
            {
                replica.Headers.Enqueue(http.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()));
            }

            return next(http);
        });
        replica._app.MapGrpcService<OpenInference>();
        replica._app.MapGrpcService<Predictions>();
        replica._app.Map("/v2/{**rest}", (RequestDelegate)(http => RestEcho.AnswerAsync(http, replica)));
        replica._app.Map("/projects/{project}/v2/{**rest}", (RequestDelegate)(http => RestEcho.AnswerAsync(http, replica)));
        await replica._app.StartAsync();
        replica.Address = replica._app.Urls.Single();
        return replica;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    internal void CallerLeft() => Interlocked.Increment(ref _cancelled);
}
