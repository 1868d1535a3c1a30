using Grpc.Core;

namespace Mesh.Preprocessing.Workers;

/// <summary>
/// How long a worker puts up with an Ingest that is away, or breaks off at one place again and again: from the first failure since the last record.
/// </summary>
internal sealed class IngestPatience(TimeSpan limit)
{
    private long? _failingSince;
    private int _failures;

    public TimeSpan Limit => limit;

    /// <summary>Records came. A sign of life is not enough: it says nothing about the place at which Ingest broke off.</summary>
    public void Worked() => (_failingSince, _failures) = (null, 0);

    /// <summary>Whether to try again after this failure.</summary>
    public bool Has(RpcException e, CancellationToken cancel) =>
        e.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.DeadlineExceeded
        && !cancel.IsCancellationRequested && (_failingSince is not { } since || TimeProvider.System.GetElapsedTime(since) < limit);

    /// <summary>0.2 s, then twice as long each time, up to 3 s.</summary>
    public Task WaitAsync(CancellationToken cancel)
    {
        _failingSince ??= TimeProvider.System.GetTimestamp();
        return Task.Delay(Math.Min(3000, 100 << Math.Min(++_failures, 5)), cancel);
    }
}
