using System.Runtime.CompilerServices;
using Mesh.Blobs.Remote;

namespace Mesh.Blobs.Tiers;

/// <summary>
/// A hot store and a cheaper, slower one as one store. What is written lands hot; <see cref="MoveToColdAsync"/> moves what is seldom read; a blob is found in
/// either. The two must not be the same place.
/// </summary>
/// <remarks>Moves and deletes of one blob are kept apart within this process only.</remarks>
public sealed class TieredBlobStore(IBlobStore hot, IBlobStore cold) : IBlobStore
{
    /// <summary>Of no service, so that none sees what a killed process may leave there.</summary>
    private static readonly BlobScope Probes = new("probe", "tiers");

    private readonly KeyedLocks<BlobDigest> moving = new();
    private readonly SemaphoreSlim probing = new(1, 1);
    private bool apart;

    public Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation) =>
        hot.WriteAsync(scope, content, expected, cancellation);

    public Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation) =>
        hot.ImportAsync(scope, path, content, cancellation);

    public async Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default)
    {
        return new TieredReadStream(await OpenAsync(cancellation), OpenAsync);

        Task<Stream> OpenAsync(CancellationToken token) => InEitherAsync(store => store.OpenReadAsync(scope, digest, offset, length, token));
    }

    public async Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        await hot.StatAsync(scope, digest, cancellation) ?? await cold.StatAsync(scope, digest, cancellation);

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        InEitherAsync(store => store.OpenLocalAsync(scope, digest, cancellation));

    /// <summary>Verifies the copy that is read: the hot one when there are two.</summary>
    public Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null) => InEitherAsync(async store =>
    {
        await store.VerifyAsync(scope, digest, cancellation, progress);
        return true;
    });

    public async Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        using var alone = await moving.EnterAsync(digest, cancellation);
        // Cold first: a reader, who looks there last, does not find a blob again that was gone.
        var (wasCold, wasHot) = (await cold.DeleteAsync(scope, digest, cancellation), await hot.DeleteAsync(scope, digest, cancellation));
        return wasCold || wasHot;
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var left = hot.ListAsync(scope, cancellation).GetAsyncEnumerator(cancellation);
        await using var right = cold.ListAsync(scope, cancellation).GetAsyncEnumerator(cancellation);
        var (inLeft, inRight) = (await left.MoveNextAsync(), await right.MoveNextAsync());
        while (inLeft || inRight)
        {
            var order = !inLeft ? 1 : !inRight ? -1 : string.CompareOrdinal(left.Current.Digest.Hex, right.Current.Digest.Hex);
            yield return order <= 0 ? left.Current : right.Current;
            inLeft = order <= 0 ? await left.MoveNextAsync() : inLeft;
            inRight = order >= 0 ? await right.MoveNextAsync() : inRight;
        }
    }

    /// <summary>
    /// Copies a blob to the cold store, verifies the copy by reading all of it, then removes the hot one. May be killed at any point and repeated: the blob is
    /// in at least one store all the time, and a copy that is there already is verified instead of made. Who is reading the hot blob goes on with the cold
    /// one; who has a local file of a cache keeps it.
    /// </summary>
    /// <param name="isUnread">Asked when the copy is there, which may take long: whether the hot blob is still to go. If not, both stay.</param>
    /// <returns>False when it was cold already, or is to stay.</returns>
    /// <exception cref="BlobNotFoundException">It is in neither store.</exception>
    /// <exception cref="BlobCorruptException">The hot blob is damaged; it stays where it is.</exception>
    public async Task<bool> MoveToColdAsync(BlobScope scope, BlobDigest digest, Func<Task<bool>> isUnread, CancellationToken cancellation)
    {
        using var alone = await moving.EnterAsync(digest, cancellation);
        if (await hot.StatAsync(scope, digest, cancellation) is null)
        {
            return await cold.StatAsync(scope, digest, cancellation) is null ? throw new BlobNotFoundException(scope, digest) : false;
        }
        await EnsureApartAsync(cancellation);
        if (!await IsSoundInColdAsync(scope, digest, cancellation))
        {
            await using (var content = await hot.OpenReadAsync(scope, digest, cancellation: cancellation))
            {
                await cold.WriteAsync(scope, content, digest, cancellation);
            }
            await cold.VerifyAsync(scope, digest, cancellation);
        }
        if (!await isUnread())
        {
            return false;
        }
        await hot.DeleteAsync(scope, digest, cancellation);
        return true;
    }

    private async Task<bool> IsSoundInColdAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        try
        {
            await cold.VerifyAsync(scope, digest, cancellation);
            return true;
        }
        catch (BlobStoreException unusable) when (unusable is BlobNotFoundException or BlobCorruptException)
        {
            return false;
        }
    }

    /// <summary>
    /// One place under two names would lose the only copy with the first move. Names do not tell (aliases, links, mounts), so a few random bytes written to
    /// the cold store are looked for in the hot one, once in this process.
    /// </summary>
    private async Task EnsureApartAsync(CancellationToken cancellation)
    {
        await probing.WaitAsync(cancellation);
        try
        {
            if (apart)
            {
                return;
            }
            var probe = await cold.WriteAsync(Probes, new MemoryStream(Guid.NewGuid().ToByteArray()), null, cancellation);
            try
            {
                apart = await hot.StatAsync(Probes, probe.Digest, cancellation) is null;
            }
            finally
            {
                await cold.DeleteAsync(Probes, probe.Digest, CancellationToken.None);
            }
            if (!apart)
            {
                throw new BlobStoreException("The cold blob store is the same place as the hot one; nothing was moved.");
            }
        }
        finally
        {
            probing.Release();
        }
    }

    private async Task<T> InEitherAsync<T>(Func<IBlobStore, Task<T>> use)
    {
        try
        {
            return await use(hot);
        }
        catch (BlobNotFoundException)
        {
            return await use(cold);
        }
    }
}
