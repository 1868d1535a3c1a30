using CsCheck;
using Mesh.Blobs.Tiers;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests.Tiers;

public sealed class MoveToColdTests : IDisposable
{
    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder folder = new();
    private readonly FileBlobStore hot;
    private readonly FileBlobStore cold;
    private readonly TieredBlobStore store;

    public MoveToColdTests()
    {
        hot = new FileBlobStore(folder.File("hot"));
        cold = new FileBlobStore(folder.File("cold"));
        store = new TieredBlobStore(hot, cold);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_moved_blob_is_cold_only_and_reads_as_before()
    {
        var content = Bytes.Random(100_000);
        var blob = await store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation);
        Assert.NotNull(await hot.StatAsync(Scope, blob.Digest, Cancellation));
        Assert.Null(await cold.StatAsync(Scope, blob.Digest, Cancellation));
        Assert.True(await store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
        Assert.Null(await hot.StatAsync(Scope, blob.Digest, Cancellation));
        await cold.VerifyAsync(Scope, blob.Digest, Cancellation);
        Assert.Equal(content, await ReadAsync(store, blob.Digest));
        Assert.False(await store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
        // Nothing but the blob: what the store tries on its way is gone.
        Assert.Equal(blob, Assert.Single(await cold.ListAsync(Scope, Cancellation).ToListAsync(Cancellation)));
    }

    [Fact]
    public async Task What_is_written_again_is_hot_again_and_can_be_moved_again()
    {
        var blob = await store.WriteAsync(Scope, new MemoryStream([1, 2]), null, Cancellation);
        await store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation);
        await store.WriteAsync(Scope, new MemoryStream([1, 2]), null, Cancellation);
        Assert.NotNull(await hot.StatAsync(Scope, blob.Digest, Cancellation));
        Assert.Single(await store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        Assert.True(await store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
        Assert.Null(await hot.StatAsync(Scope, blob.Digest, Cancellation));
    }

    [Fact]
    public async Task A_blob_that_somebody_reads_again_while_it_is_copied_stays_hot()
    {
        var blob = await store.WriteAsync(Scope, new MemoryStream([1, 2]), null, Cancellation);
        var copied = false;
        Assert.False(await store.MoveToColdAsync(
            Scope, blob.Digest, async () => !(copied = await cold.StatAsync(Scope, blob.Digest, Cancellation) is not null), Cancellation));
        Assert.True(copied);
        Assert.NotNull(await hot.StatAsync(Scope, blob.Digest, Cancellation));
    }

    [Fact]
    public async Task A_delete_removes_both_copies()
    {
        var blob = await store.WriteAsync(Scope, new MemoryStream([1, 2]), null, Cancellation);
        await cold.WriteAsync(Scope, new MemoryStream([1, 2]), null, Cancellation);
        Assert.True(await store.DeleteAsync(Scope, blob.Digest, Cancellation));
        Assert.Null(await hot.StatAsync(Scope, blob.Digest, Cancellation));
        Assert.Null(await cold.StatAsync(Scope, blob.Digest, Cancellation));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
    }

    [Fact]
    public async Task A_damaged_blob_is_not_moved_and_a_damaged_copy_is_not_trusted()
    {
        var content = Bytes.Random(1000);
        var blob = await store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation);
        await cold.WriteAsync(Scope, new MemoryStream(content), null, Cancellation);
        Corrupt("cold", blob.Digest);
        Assert.True(await store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
        Assert.Equal(content, await ReadAsync(store, blob.Digest));

        var other = await store.WriteAsync(Scope, new MemoryStream(Bytes.Random(1000, seed: 2)), null, Cancellation);
        Corrupt("hot", other.Digest);
        await Assert.ThrowsAsync<BlobCorruptException>(() => store.MoveToColdAsync(Scope, other.Digest, () => Task.FromResult(true), Cancellation));
        Assert.NotNull(await hot.StatAsync(Scope, other.Digest, Cancellation));
        Assert.Null(await cold.StatAsync(Scope, other.Digest, Cancellation));
    }

    [Fact]
    public async Task Killed_at_any_step_a_move_loses_nothing_and_its_repetition_ends_it()
    {
        for (var step = 0; ; step++)
        {
            var content = Bytes.Random(5000, seed: step);
            var blob = await hot.WriteAsync(Scope, new MemoryStream(content), null, Cancellation);
            var steps = new StepCount(step);
            // The process ends here: the stores are made anew, and nothing that was under way is cleaned up.
            var killed = new TieredBlobStore(new KilledStore(hot, steps), new KilledStore(cold, steps));
            var died = false;
            try
            {
                await killed.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation);
            }
            catch (KilledStore.KilledException)
            {
                died = true;
            }
            Assert.Equal(content, await ReadAsync(store, blob.Digest));
            Assert.Equal(died, await store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
            Assert.Null(await hot.StatAsync(Scope, blob.Digest, Cancellation));
            Assert.Equal(content, await ReadAsync(cold, blob.Digest));
            if (!died)
            {
                // Looks, probe, verification, copy, verification, removal.
                Assert.InRange(step, 7, 20);
                return;
            }
        }
    }

    [Fact]
    public async Task One_place_under_two_names_is_noticed_before_anything_is_lost()
    {
        var link = folder.File("alias");
        File.CreateSymbolicLink(link, folder.File("hot"));
        var doubled = new TieredBlobStore(hot, new FileBlobStore(link));
        var blob = await doubled.WriteAsync(Scope, new MemoryStream([1, 2, 3]), null, Cancellation);
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => doubled.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
        Assert.Contains("same place", failure.Message);
        Assert.Equal([1, 2, 3], await ReadAsync(doubled, blob.Digest));
        Assert.Single(await doubled.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_list_has_what_is_in_either_once_and_in_order() => await Gen.Select(Gen.Byte.HashSet[0, 8], Gen.Byte.HashSet[0, 8]).SampleAsync(
        async (inHot, inCold) =>
        {
            var scope = new BlobScope("ingest", Guid.NewGuid().ToString());
            foreach (var (where, what) in inHot.Select(b => (hot, b)).Concat(inCold.Select(b => (cold, b))))
            {
                await where.WriteAsync(scope, new MemoryStream([what]), null, Cancellation);
            }
            Assert.Equal(
                inHot.Union(inCold).Select(b => new BlobInfo(BlobDigest.Of([b]), 1)).OrderBy(blob => blob.Digest.Hex, StringComparer.Ordinal),
                await store.ListAsync(scope, Cancellation).ToListAsync(Cancellation));
        },
        iter: 10,
        threads: 1);

    public void Dispose() => folder.Dispose();

    private void Corrupt(string tier, BlobDigest digest)
    {
        var path = folder.File(tier, "ingest", "default", digest.Hex[..2], digest.Hex);
        var bytes = File.ReadAllBytes(path);
        bytes[0] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static async Task<byte[]> ReadAsync(IBlobStore from, BlobDigest digest) =>
        await (await from.OpenReadAsync(Scope, digest, cancellation: Cancellation)).ReadAllAsync();
}
