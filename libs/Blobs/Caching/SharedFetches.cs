namespace Mesh.Blobs.Caching;

/// <summary>
/// Fetches that are under way in this process. Who wants the same file from the same store shares one, and it goes on when they all have gone: a call that
/// was cut finds what the one before began. Its result stays open until all who waited for it have opened the file themselves, so that nothing evicts it in
/// between.
/// </summary>
internal sealed class SharedFetches : IDisposable
{
    private readonly Dictionary<(object Store, string Path), Fetch> fetches = [];
    private readonly CancellationTokenSource over = new();

    /// <summary>Begins a fetch or joins one. Dispose what it gives when the file is open, or nobody waits any more.</summary>
    /// <param name="fetch">Is cancelled only by the end of the process's store.</param>
    public Fetch Join((object Store, string Path) key, Func<CancellationToken, Task<LocalBlob>> fetch)
    {
        lock (fetches)
        {
            if (fetches.TryGetValue(key, out var there))
            {
                there.Enter();
                return there;
            }
            var begun = fetches[key] = new Fetch();
            begun.Enter();
            begun.Done = Task.Run(() => RunAsync(key, begun, fetch));
            return begun;
        }
    }

    public void Dispose() => over.Cancel();

    private async Task<LocalBlob> RunAsync((object Store, string Path) key, Fetch begun, Func<CancellationToken, Task<LocalBlob>> fetch)
    {
        try
        {
            return begun.Result = await fetch(over.Token);
        }
        finally
        {
            // Who comes now finds the file, or begins anew.
            lock (fetches)
            {
                fetches.Remove(key);
            }
            begun.Dispose();
        }
    }

    /// <summary>One fetch; its own work is its first user.</summary>
    internal sealed class Fetch : IDisposable
    {
        private int users = 1;

        public Task<LocalBlob> Done { get; set; } = null!;

        public LocalBlob? Result { get; set; }

        public void Enter() => Interlocked.Increment(ref users);

        public void Dispose()
        {
            if (Interlocked.Decrement(ref users) == 0)
            {
                Result?.Dispose();
            }
        }
    }
}
