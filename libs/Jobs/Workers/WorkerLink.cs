using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Jobs.V1;
using StatusCode = Grpc.Core.StatusCode;

namespace Mesh.Jobs.Workers;

/// <summary>A worker's calls to its service. They are tried again while the service is busy; a lost lease aborts the worker.</summary>
internal sealed class WorkerLink : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly GrpcChannel _channel;
    private readonly Metadata _headers;
    private readonly WorkerStops _stops;

    public WorkerLink(WorkerIdentity identity, WorkerStops stops)
    {
        _stops = stops;
        _headers = new Metadata { { "authorization", $"Bearer {identity.Token}" } };
        _channel = GrpcChannel.ForAddress(identity.Service, new GrpcChannelOptions { MaxReceiveMessageSize = 64 << 20 });
        Client = new WorkerService.WorkerServiceClient(_channel);
    }

    public WorkerService.WorkerServiceClient Client { get; }

    public CallOptions Once(TimeSpan deadline) => new(_headers, DateTime.UtcNow + deadline, _stops.Abort);

    /// <summary>Calls until the service has answered. All of the calls may be repeated without harm.</summary>
    /// <exception cref="OperationCanceledException">The lease is lost or the service is gone.</exception>
    public async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call)
    {
        while (true)
        {
            try
            {
                return await call(Once(Deadline));
            }
            catch (RpcException e)
            {
                ThrowIfLost(e);
                if (e.StatusCode is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Aborted))
                {
                    throw;
                }

                await Task.Delay(Pause, _stops.Abort);
            }
        }
    }

    /// <exception cref="OperationCanceledException">It says that the lease is lost; the worker is aborted.</exception>
    public void ThrowIfLost(RpcException e)
    {
        if (ReasonOf(e) == "LEASE_LOST" || e.StatusCode == StatusCode.Unauthenticated)
        {
            _stops.RequestAbort();
            throw new OperationCanceledException("The lease is lost.", e);
        }

        _stops.Abort.ThrowIfCancellationRequested();
    }

    public static string? ReasonOf(RpcException e) => e.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason;

    public void Dispose() => _channel.Dispose();
}
