using System.Buffers;
using System.Runtime.CompilerServices;
using Mesh.Blobs.Caching;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Remote;

/// <summary>
/// Blobs as objects of S3 or Azure: <c>{prefix}{service}/{project}/{aa}/{digest}</c>, the chunk hashes beside each. The hashes are stored first, so whoever
/// sees a blob can verify it; the blob appears in one step. Publishing and deleting one blob are kept apart within this process only; a service that does both
/// in several processes has to keep them apart itself.
/// </summary>
public sealed class RemoteBlobStore : IBlobStore, IDisposable
{
    private readonly IObjectStorage storage;
    private readonly BlobCache cache;
    private readonly string prefix;
    private readonly int partBytes;
    private readonly int readAhead;
    private readonly KeyedLocks<BlobDigest> publishing = new();

    /// <param name="prefix">Of all keys: empty, or ending with "/".</param>
    /// <param name="partBytes">Content up to this goes in one request, larger content in parts of it.</param>
    /// <param name="readAhead">Chunks (1 MiB) a reader may have under way at once.</param>
    internal RemoteBlobStore(IObjectStorage storage, BlobCache cache, string prefix, int partBytes, int readAhead)
    {
        this.storage = storage;
        this.cache = cache;
        this.prefix = prefix;
        this.partBytes = partBytes;
        this.readAhead = readAhead;
    }

    // The content goes through a local file: its key and its hashes, which come first, are known only at its end.
    public async Task<BlobInfo> WriteAsync(BlobScope scope, Stream content, BlobDigest? expected, CancellationToken cancellation)
    {
        using var spool = await cache.OpenSpoolAsync(cancellation);
        var hashed = await HashedCopy.WriteAsync(spool, content, cancellation);
        if (expected is { } digest && digest != hashed.Digest)
        {
            throw new BlobDigestMismatchException(digest, hashed.Digest);
        }
        await PublishAsync(scope, spool, hashed, cancellation);
        return hashed.Info;
    }

    public async Task<BlobInfo> ImportAsync(BlobScope scope, string path, HashedContent content, CancellationToken cancellation)
    {
        using (var file = StoreFault.Guard(() => File.OpenHandle(path, options: FileOptions.Asynchronous)))
        {
            await PublishAsync(scope, file, content, cancellation);
        }
        StoreFault.Guard(() => File.Delete(path));
        return content.Info;
    }

    public async Task<Stream> OpenReadAsync(BlobScope scope, BlobDigest digest, long offset = 0, long? length = null, CancellationToken cancellation = default)
    {
        // Both at once: one round trip less before the first byte.
        var (size, sidecarSize) = (storage.SizeAsync(Key(scope, digest), cancellation), storage.SizeAsync(SidecarKey(scope, digest), cancellation));
        await Task.WhenAll(size, sidecarSize);
        var blob = new BlobInfo(digest, await size ?? throw new BlobNotFoundException(scope, digest));
        var count = VerifiedReadStream.Count(blob, offset, length);
        var sidecar = await ReadSidecarAsync(scope, blob, await sidecarSize, cancellation);
        var fetch = Fetch(scope, blob);
        var last = (offset + Math.Max(count, 1) - 1) / HashedContent.ChunkSize;
        return new VerifiedReadStream(
            new RemoteChunks(digest, sidecar, new ReadAhead(fetch, last, blob.Size, readAhead), fetch), blob, offset, count);
    }

    public async Task<BlobInfo?> StatAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        await storage.SizeAsync(Key(scope, digest), cancellation) is { } size ? new BlobInfo(digest, size) : null;

    public Task<LocalBlob> OpenLocalAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation) =>
        cache.OpenAsync(this, scope, digest, token => OpenReadAsync(scope, digest, cancellation: token), cancellation);

    public async Task VerifyAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation, IProgress<long>? progress = null)
    {
        var blob = await StatAsync(scope, digest, cancellation) ?? throw new BlobNotFoundException(scope, digest);
        var actual = await HashAsync(scope, blob, progress, cancellation);
        if (actual.Digest != digest)
        {
            throw BlobCorruptException.OtherContent(digest, actual.Digest);
        }
        await RepairSidecarAsync(scope, actual, cancellation);
    }

    public async Task<bool> DeleteAsync(BlobScope scope, BlobDigest digest, CancellationToken cancellation)
    {
        using var alone = await publishing.EnterAsync(digest, cancellation);
        var existed = await storage.DeleteAsync(Key(scope, digest), cancellation);
        if (existed)
        {
            await storage.DeleteAsync(SidecarKey(scope, digest), cancellation);
        }
        await cache.DropAsync(scope, digest, cancellation);
        return existed;
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(BlobScope scope, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in storage.ListAsync($"{prefix}{scope}/", cancellation))
        {
            if (BlobDigest.TryParse(found.Key[(found.Key.LastIndexOf('/') + 1)..], out var digest))
            {
                yield return new BlobInfo(digest, found.Size);
            }
        }
    }

    /// <summary>Discards the parts of uploads that were begun before and never finished: their processes were killed. Returns how many uploads.</summary>
    public Task<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation) =>
        storage.DiscardUnfinishedAsync(prefix, begunBefore, cancellation);

    public void Dispose() => storage.Dispose();

    private string Key(BlobScope scope, BlobDigest digest) => $"{prefix}{scope}/{digest.Hex[..2]}/{digest.Hex}";

    private string SidecarKey(BlobScope scope, BlobDigest digest) => Key(scope, digest) + ChunkSidecar.Suffix;

    private async Task PublishAsync(BlobScope scope, SafeFileHandle file, HashedContent content, CancellationToken cancellation)
    {
        var key = Key(scope, content.Digest);
        if (content.Size > partBytes)
        {
            await using var upload = await storage.StageAsync(key, file, PartPlan.For(content.Size, partBytes), cancellation);
            await AppearAsync(scope, content, upload.CommitAsync, cancellation);
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent((int)content.Size);
        try
        {
            var bytes = buffer.AsMemory(0, (int)content.Size);
            await file.ReadAllAsync(0, bytes, cancellation);
            await AppearAsync(scope, content, token => storage.PutAsync(key, bytes, token), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task AppearAsync(BlobScope scope, HashedContent content, Func<CancellationToken, Task> appear, CancellationToken cancellation)
    {
        using var alone = await publishing.EnterAsync(content.Digest, cancellation);
        await storage.PutAsync(SidecarKey(scope, content.Digest), ChunkSidecar.Encode(content), cancellation);
        await appear(cancellation);
    }

    private Func<long, Memory<byte>, CancellationToken, Task> Fetch(BlobScope scope, BlobInfo blob) => async (chunk, target, cancellation) =>
    {
        if (!await storage.ReadAsync(Key(scope, blob.Digest), chunk * HashedContent.ChunkSize, target, cancellation))
        {
            throw new BlobNotFoundException(scope, blob.Digest);
        }
    };

    /// <param name="size">What the store says is its size; null when it has none.</param>
    private async Task<ReadOnlyMemory<byte>> ReadSidecarAsync(BlobScope scope, BlobInfo blob, long? size, CancellationToken cancellation)
    {
        var expected = ChunkSidecar.LengthFor(blob.Size);
        if (size is not null && size != expected)
        {
            throw ChunkSidecar.Damaged(blob.Digest);
        }
        var sidecar = new byte[expected];
        if (size is null || !await storage.ReadAsync(SidecarKey(scope, blob.Digest), 0, sidecar, cancellation))
        {
            // A blob that is removed goes before its chunk hashes.
            throw await StatAsync(scope, blob.Digest, cancellation) is null ? new BlobNotFoundException(scope, blob.Digest) : ChunkSidecar.Missing(blob.Digest);
        }
        return ChunkSidecar.Describes(sidecar, expected, blob) ? sidecar : throw ChunkSidecar.Damaged(blob.Digest);
    }

    private async Task<HashedContent> HashAsync(BlobScope scope, BlobInfo blob, IProgress<long>? progress, CancellationToken cancellation)
    {
        using var hasher = new ContentHasher();
        using var ahead = new ReadAhead(Fetch(scope, blob), (blob.Size - 1) / HashedContent.ChunkSize, blob.Size, readAhead);
        var buffer = ArrayPool<byte>.Shared.Rent(HashedContent.ChunkSize);
        try
        {
            while (hasher.Size < blob.Size)
            {
                var chunk = buffer.AsMemory(0, (int)Math.Min(HashedContent.ChunkSize, blob.Size - hasher.Size));
                await ahead.ReadAsync(hasher.Size / HashedContent.ChunkSize, chunk, cancellation);
                hasher.Append(chunk.Span);
                progress?.Report(hasher.Size);
            }
            return hasher.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task RepairSidecarAsync(BlobScope scope, HashedContent content, CancellationToken cancellation)
    {
        using var alone = await publishing.EnterAsync(content.Digest, cancellation);
        var expected = ChunkSidecar.Encode(content);
        try
        {
            var size = await storage.SizeAsync(SidecarKey(scope, content.Digest), cancellation);
            if ((await ReadSidecarAsync(scope, content.Info, size, cancellation)).Span.SequenceEqual(expected))
            {
                return;
            }
        }
        catch (BlobCorruptException)
        {
            // Written anew below.
        }
        if (await StatAsync(scope, content.Digest, cancellation) is not null)
        {
            await storage.PutAsync(SidecarKey(scope, content.Digest), expected, cancellation);
        }
    }
}
