namespace Mesh.Blobs.Remote;

/// <summary>Keeps what is done to one blob apart, within this process. A lock is shared by the digests that fall on it.</summary>
internal sealed class DigestLocks
{
    private readonly SemaphoreSlim[] locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <returns>Lets the next one in when disposed.</returns>
    public async Task<IDisposable> EnterAsync(BlobDigest digest, CancellationToken cancellation)
    {
        var entered = locks[(uint)digest.GetHashCode() % locks.Length];
        await entered.WaitAsync(cancellation);
        return new Exit(entered);
    }

    private sealed class Exit(SemaphoreSlim entered) : IDisposable
    {
        public void Dispose() => entered.Release();
    }
}
