using Grpc.Core;

namespace Mesh.Preprocessing.Workers;

/// <summary>How long a worker puts up with an Ingest that is away; begins anew with each answer.</summary>
internal sealed class IngestPatience(TimeSpan limit)
{
    private long _heard = TimeProvider.System.GetTimestamp();
    private int _failures;

    public TimeSpan Limit => limit;

    public void Heard() => (_heard, _failures) = (TimeProvider.System.GetTimestamp(), 0);

    /// <summary>Whether to try again after this failure.</summary>
    public bool Has(RpcException e, CancellationToken cancel) =>
        e.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.DeadlineExceeded
        && !cancel.IsCancellationRequested && TimeProvider.System.GetElapsedTime(_heard) < limit;

    /// <summary>0.2 s, then twice as long each time, up to 3 s.</summary>
    public Task WaitAsync(CancellationToken cancel) => Task.Delay(Math.Min(3000, 100 << Math.Min(++_failures, 5)), cancel);
}
