using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Registry.V1;

namespace Mesh.Registry.Tests.Hosting;

/// <summary>A serving replica as the directory sees it: it reports what it is told to, and keeps what it hears.</summary>
public sealed class ReplicaClient : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<ServeRequest, ServeResponse> _call;
    private readonly ConcurrentQueue<ServeResponse> _desired = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _listening;

    private ReplicaClient(AsyncDuplexStreamingCall<ServeRequest, ServeResponse> call, ReplicaReport report)
    {
        (_call, Report) = (call, report);
        _listening = ListenAsync();
    }

    /// <summary>Changed by the test, sent with <see cref="SendAsync"/>.</summary>
    public ReplicaReport Report { get; }

    public IReadOnlyList<ServeResponse> Desired => [.. _desired];

    public ServeResponse? Latest => _desired.LastOrDefault();

    /// <summary>How the stream ended; null while it lives.</summary>
    public StatusCode? Ended { get; private set; }

    public static async Task<ReplicaClient> ConnectAsync(DirectoryService.DirectoryServiceClient directory, string id, CancellationToken cancel)
    {
        var report = new ReplicaReport { ReplicaId = id, Address = $"http://127.0.0.1:{40000 + id.Length}", Accepting = true };
        var replica = new ReplicaClient(directory.Serve(cancellationToken: cancel), report);
        await replica.SendAsync();
        return replica;
    }

    public async Task SendAsync()
    {
        await _writing.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(new ServeRequest { Report = Report.Clone() });
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The same for a replica whose stream may have ended.</summary>
    public async Task TrySendAsync()
    {
        try
        {
            await SendAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Ended says how.
        }
    }

    /// <summary>Reports every desired model as ready in the version asked for, and no other.</summary>
    public Task SendReadyAsync()
    {
        Report.Models.Clear();
        Report.Models.AddRange((Latest?.Models ?? []).Select(m =>
            new ServedModel { Deployment = m.Deployment, ModelVersion = m.ModelVersion, State = ServedModelState.Ready }));
        return SendAsync();
    }

    public Task LeaveAsync() => _call.RequestStream.CompleteAsync();

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await _listening;
    }

    private async Task ListenAsync()
    {
        try
        {
            await foreach (var response in _call.ResponseStream.ReadAllAsync())
            {
                _desired.Enqueue(response);
            }

            Ended = StatusCode.OK;
        }
        catch (RpcException e)
        {
            Ended = e.StatusCode;
        }
    }
}
