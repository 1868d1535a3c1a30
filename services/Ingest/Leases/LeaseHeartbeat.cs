namespace Mesh.Ingest.Leases;

/// <summary>While something under a lease is worked on: writes its progress, renews the lease, and stops the work when the lease is lost.</summary>
internal sealed class LeaseHeartbeat : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly string _name;
    private readonly TimeSpan _renewAfter;
    private readonly Func<(string Stage, long Done, long Total)> _progress;
    private readonly Func<(string Stage, long Done, long Total), CancellationToken, Task<bool>> _renew;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _beating;

    /// <param name="name">Of the resource, for the log.</param>
    /// <param name="length">How long the lease lasts from each renewal.</param>
    /// <param name="renew">Writes the progress and the new end of the lease; false when the lease is lost.</param>
    public LeaseHeartbeat(
        string name, TimeSpan length, Func<(string Stage, long Done, long Total)> progress,
        Func<(string Stage, long Done, long Total), CancellationToken, Task<bool>> renew, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        (_name, _renewAfter, _progress, _renew, _time, _logger) = (name, length / 3, progress, renew, time, logger);
        _lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _beating = BeatAsync();
    }

    /// <summary>Cancelled when the service stops or the lease is lost.</summary>
    public CancellationToken Token => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _beating;
        _lost.Dispose();
        _done.Dispose();
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Beat, _time);
        var (written, renewed) = (_progress(), _time.GetTimestamp());
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                var now = _progress();
                if (now == written && _time.GetElapsedTime(renewed) < _renewAfter)
                {
                    continue;
                }

                if (!await TryRenewAsync(now))
                {
                    await _lost.CancelAsync();
                    return;
                }

                (written, renewed) = (now, _time.GetTimestamp());
            }
        }
        catch (OperationCanceledException)
        {
            // The work is over.
        }
    }

    private async Task<bool> TryRenewAsync((string, long, long) progress)
    {
        try
        {
            return await _renew(progress, _done.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The database is away. The lease may run out; then another process takes over and this attempt's writes miss.
            _logger.HeartbeatFailed(_name, e);
            return true;
        }
    }
}
