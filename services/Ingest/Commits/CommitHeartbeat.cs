namespace Mesh.Ingest.Commits;

/// <summary>While a commit runs: writes its progress, renews its lease, and stops it when the lease is lost.</summary>
internal sealed class CommitHeartbeat : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly CommitLeases _leases;
    private readonly TimeSpan _renewAfter;
    private readonly Commit _commit;
    private readonly CommitProgress _progress;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _beating;

    public CommitHeartbeat(CommitLeases leases, Commit commit, CommitProgress progress, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        (_leases, _commit, _progress, _time, _logger) = (leases, commit, progress, time, logger);
        _renewAfter = leases.Length / 3;
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
        var (written, renewed) = (_progress.Now, _time.GetTimestamp());
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                var now = _progress.Now;
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
            // The commit is over.
        }
    }

    private async Task<bool> TryRenewAsync((string, long, long) progress)
    {
        try
        {
            return await _leases.RenewAsync(_commit, progress, _done.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The database is away. The lease may run out; then another process takes over and this attempt's writes miss.
            _logger.HeartbeatFailed(_commit.Key.Name, e);
            return true;
        }
    }
}
