namespace Mesh.Shards;

/// <summary>Keeps memory mapped while somebody reads it: released once it is disposed and nobody is inside.</summary>
internal sealed class UseCount(Action release) : IDisposable
{
    private int users = 1;
    private int disposed;

    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void Enter()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed) != 0, this);
        for (var seen = Volatile.Read(ref users); ;)
        {
            ObjectDisposedException.ThrowIf(seen == 0, this);
            var found = Interlocked.CompareExchange(ref users, seen + 1, seen);
            if (found == seen)
            {
                return;
            }
            seen = found;
        }
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            release();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Exit();
        }
    }
}
