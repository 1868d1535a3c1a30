namespace Mesh.Ingest.Commits;

/// <summary>Where a commit stands; written by the parser, read by the heartbeat. Neither waits for the other.</summary>
internal sealed class CommitProgress
{
    private volatile string _stage = "";
    private long _done;
    private long _total;

    public (string Stage, long Done, long Total) Now => (_stage, Interlocked.Read(ref _done), Interlocked.Read(ref _total));

    public void Enter(string stage)
    {
        _stage = stage;
        Report(0, 0);
    }

    /// <param name="total">0 when unknown.</param>
    public void Report(long done, long total)
    {
        Interlocked.Exchange(ref _done, done);
        Interlocked.Exchange(ref _total, Math.Max(total, 0));
    }
}
