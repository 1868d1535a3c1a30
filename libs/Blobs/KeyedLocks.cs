namespace Mesh.Blobs;

/// <summary>
/// Keeps apart what is done to one thing, within this process: a lock for each key that somebody has or waits for. Keys never share one, since a transfer
/// to a remote store holds its lock for as long as it takes.
/// </summary>
public sealed class KeyedLocks<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Turn> turns = [];

    /// <returns>Lets the next one in when disposed.</returns>
    public async Task<IDisposable> EnterAsync(TKey key, CancellationToken cancellation)
    {
        var turn = Join(key);
        try
        {
            await turn.Entry.WaitAsync(cancellation);
        }
        catch
        {
            Leave(key, turn);
            throw;
        }

        return new Exit(this, key, turn);
    }

    private Turn Join(TKey key)
    {
        lock (turns)
        {
            var turn = turns.TryGetValue(key, out var there) ? there : turns[key] = new Turn();
            turn.Users++;
            return turn;
        }
    }

    private void Leave(TKey key, Turn turn)
    {
        lock (turns)
        {
            if (--turn.Users == 0)
                turns.Remove(key);
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Entry { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Exit(KeyedLocks<TKey> locks, TKey key, Turn turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Entry.Release();
            locks.Leave(key, turn);
        }
    }
}
