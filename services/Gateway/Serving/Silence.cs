namespace Mesh.Gateway.Serving;

/// <summary>Ends a call on which its replica says nothing for too long, or whose caller left.</summary>
internal sealed class Silence : IDisposable
{
    private readonly CancellationTokenSource _over;
    private readonly TimeSpan _longest;

    public Silence(TimeSpan longest, CancellationToken callerLeft)
    {
        _longest = longest;
        _over = CancellationTokenSource.CreateLinkedTokenSource(callerLeft);
        _over.CancelAfter(longest);
    }

    public CancellationToken Token => _over.Token;

    /// <summary>The replica said something, or is waited for again: the time starts anew.</summary>
    public void Restart() => _over.CancelAfter(_longest);

    /// <summary>A caller that takes its time is no silence of the replica.</summary>
    public void Pause() => _over.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose() => _over.Dispose();
}
