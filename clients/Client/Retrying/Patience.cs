using Grpc.Core;
using Mesh.Client.Errors;

namespace Mesh.Client.Retrying;

/// <summary>
/// Rides out interruptions: waits after each failure, longer when more follow, and gives up when nothing has worked for
/// <paramref name="limit"/>. One for each thing that is tried; not thread safe.
/// </summary>
public sealed class Patience(TimeSpan limit, TimeProvider? time = null)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long? _failingSince;
    private int _failures;

    /// <summary>Something worked: the clock starts anew with the next failure.</summary>
    public void Worked() => (_failingSince, _failures) = (null, 0);

    /// <summary>Whether to try again after this failure.</summary>
    public bool Has(RpcException failure, CancellationToken cancel) =>
        failure.IsInterruption() && !cancel.IsCancellationRequested
        && (_failingSince is not { } since || _time.GetElapsedTime(since) < limit);

    /// <summary>Waits before the next try: 0.2 s doubled each time up to 3 s, or what the mesh asked for.</summary>
    public Task WaitAsync(RpcException failure, CancellationToken cancel)
    {
        _failingSince ??= _time.GetTimestamp();
        var wait = TimeSpan.FromMilliseconds(100 << Math.Min(++_failures, 5));
        if (failure is MeshApiException { RetryAfter: { } asked } && asked > wait)
        {
            wait = asked;
        }

        return Task.Delay(wait < LongestWait ? wait : LongestWait, _time, cancel);
    }

    /// <summary>Calls until it succeeds. The call must be harmless when it is sent twice: a read, or a create with a request id.</summary>
    /// <exception cref="MeshApiException">The mesh refused it, or the patience is at its end.</exception>
    public async Task<T> CallAsync<T>(Func<AsyncUnaryCall<T>> call, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                var answer = await call().ConfigureAwait(false);
                Worked();
                return answer;
            }
            catch (RpcException e) when (Has(e, cancel))
            {
                await WaitAsync(e, cancel).ConfigureAwait(false);
            }
        }
    }
}
