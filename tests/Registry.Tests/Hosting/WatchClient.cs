using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;

namespace Mesh.Registry.Tests.Hosting;

/// <summary>A gateway as the directory sees it.</summary>
public sealed class WatchClient : IAsyncDisposable
{
    private readonly AsyncServerStreamingCall<WatchReplicasResponse> _call;
    private readonly Task _listening;
    private volatile WatchReplicasResponse? _latest;
    private volatile int _messages;

    public WatchClient(DirectoryService.DirectoryServiceClient directory)
    {
        _call = directory.WatchReplicas(new WatchReplicasRequest());
        _listening = ListenAsync();
    }

    public WatchReplicasResponse? Latest => _latest;

    public int Messages => _messages;

    /// <summary>How the stream ended; null while it lives.</summary>
    public StatusCode? Ended { get; private set; }

    public Task SeesAsync(string[] replicas) => Eventually.BecomesTrueAsync(
        () => Latest is { } latest && latest.Replicas.Select(r => r.ReplicaId).SequenceEqual(replicas),
        TimeSpan.FromSeconds(15), $"the watcher sees [{string.Join(", ", replicas)}]");

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
                _latest = response;
                _messages++;
            }
        }
        catch (RpcException e)
        {
            Ended = e.StatusCode;
        }
    }
}
