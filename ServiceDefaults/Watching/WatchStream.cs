using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Microsoft.Extensions.Hosting;

namespace Mesh.ServiceDefaults.Watching;

/// <summary>
/// The body of every Watch RPC: the state at once, each change, and the state again at least every 15 s. When the service
/// stops, the stream ends with UNAVAILABLE, so that the stop need not wait for it and the client comes back elsewhere.
/// </summary>
public sealed class WatchStream(ChangeSignals signals, TimeProvider time, IHostApplicationLifetime? lifetime = null)
{
    /// <summary>An idle stream must not look dead to proxies on the way. With the poll it comes at least every 15 s.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(14);

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <param name="name">What <see cref="ChangeSignals.Pulse"/> is called with when the state changes.</param>
    /// <param name="read">Reads the state from where it is durable.</param>
    /// <param name="isLast">True for a state that nothing follows: it is written and the stream ends.</param>
    public async Task RunAsync<T>(
        string name, Func<CancellationToken, Task<T>> read, Func<T, bool> isLast, IServerStreamWriter<T> stream, CancellationToken cancel)
        where T : class
    {
        var stopping = lifetime?.ApplicationStopping ?? CancellationToken.None;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel, stopping);
        try
        {
            await FollowAsync(name, read, isLast, stream, ends.Token, cancel);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw MeshError.Stopping();
        }
        finally
        {
            // Forgets the waiter: names come from clients, and most are watched once. Other watchers read once more.
            signals.Pulse(name);
        }
    }

    /// <param name="ends">Ends the waiting. A write goes on: to cancel it resets the stream, and the client would not hear why.</param>
    private async Task FollowAsync<T>(
        string name, Func<CancellationToken, Task<T>> read, Func<T, bool> isLast, IServerStreamWriter<T> stream,
        CancellationToken ends, CancellationToken cancel)
        where T : class
    {
        T? last = null;
        var written = 0L;
        while (true)
        {
            var changed = signals.Next(name);
            var state = await read(ends);
            if (last is null || !state.Equals(last) || time.GetElapsedTime(written) >= Heartbeat)
            {
                await stream.WriteAsync(state, cancel);
                (last, written) = (state, time.GetTimestamp());
            }

            if (isLast(state))
            {
                return;
            }

            await changed.WaitAsync(Poll, time, ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ends.ThrowIfCancellationRequested();
        }
    }
}
