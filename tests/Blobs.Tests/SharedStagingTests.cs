using CsCheck;
using Mesh.Blobs.Staging;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests;

/// <summary>Several staging areas over one folder, as replicas of a service have them. Each has locks and a memory of its own.</summary>
public sealed class SharedStagingTests : IDisposable
{
    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder folder = new();
    private readonly FileBlobStore store;

    public SharedStagingTests() => store = new FileBlobStore(folder.File("blobs"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_has_seen_is_not_what_there_is()
    {
        var (a, b) = (Open(), Open());
        var content = Bytes.Random(3000);
        await a.CreateAsync("u1", Cancellation);
        Assert.Equal(0, await a.CommittedBytesAsync("u1", Cancellation));
        Assert.Equal(1000, await b.AppendAsync("u1", 0, new MemoryStream(content, 0, 1000), Cancellation));
        Assert.Equal(1000, await a.CommittedBytesAsync("u1", Cancellation));
        // Refused, and harmless.
        Assert.Equal(1000, (await Assert.ThrowsAsync<StagingOffsetException>(() => a.OpenAppendAsync("u1", 0, Cancellation))).CommittedBytes);
        Assert.Equal(2000, await a.AppendAsync("u1", 1000, new MemoryStream(content, 1000, 1000), Cancellation));
        Assert.Equal(3000, await b.AppendAsync("u1", 2000, new MemoryStream(content, 2000, 1000), Cancellation));
        Assert.Equal(new BlobInfo(BlobDigest.Of(content), 3000), await a.HashAsync("u1", Cancellation));
        Assert.Equal(new BlobInfo(BlobDigest.Of(content), 3000), await a.FinishAsync("u1", Scope, BlobDigest.Of(content), Cancellation));
        await Assert.ThrowsAsync<StagingNotFoundException>(() => b.CommittedBytesAsync("u1", Cancellation));
    }

    [Fact]
    public async Task A_hash_of_what_another_has_replaced_is_not_used()
    {
        var (a, b) = (Open(), Open());
        var (old, content) = (Bytes.Random(1000, seed: 1), Bytes.Random(1000, seed: 2));
        await a.CreateAsync("u1", Cancellation);
        await a.AppendAsync("u1", 0, new MemoryStream(old), Cancellation);
        await a.HashAsync("u1", Cancellation);
        await b.DeleteAsync("u1", Cancellation);
        await b.CreateAsync("u1", Cancellation);
        await b.AppendAsync("u1", 0, new MemoryStream(content), Cancellation);
        File.SetLastWriteTimeUtc(folder.File("staging", "u1"), DateTime.UtcNow.AddSeconds(1));
        Assert.Equal(BlobDigest.Of(content), (await a.HashAsync("u1", Cancellation)).Digest);
        Assert.Equal(BlobDigest.Of(content), (await a.FinishAsync("u1", Scope, null, Cancellation)).Digest);
    }

    [Fact]
    public async Task Pieces_become_one_blob_whoever_takes_them() => await Gen.Select(Gen.Int[0, 100_000].Array[1, 10], Gen.Int[0, 2].Array[11]).SampleAsync(
        async (pieces, takers) =>
        {
            BlobStaging[] areas = [Open(), Open(), Open()];
            var content = Bytes.Random(pieces.Sum());
            await areas[takers[^1]].CreateAsync("u1", Cancellation);
            var offset = 0;
            foreach (var (piece, taker) in pieces.Zip(takers))
            {
                offset = (int)await areas[taker].AppendAsync("u1", offset, new MemoryStream(content, offset, piece), Cancellation);
                foreach (var area in areas)
                {
                    Assert.Equal(offset, await area.CommittedBytesAsync("u1", Cancellation));
                }
            }
            var blob = await areas[takers[^1]].FinishAsync("u1", Scope, BlobDigest.Of(content), Cancellation);
            Assert.Equal(content, await (await store.OpenReadAsync(Scope, blob.Digest, cancellation: Cancellation)).ReadAllAsync());
        },
        iter: 10,
        threads: 1);

    [Fact]
    public async Task One_at_a_time_has_an_upload_and_the_next_waits_a_little()
    {
        var (a, b) = (Open(), Open(TimeSpan.FromMilliseconds(50)));
        await a.CreateAsync("u1", Cancellation);
        await using (var writer = await a.OpenAppendAsync("u1", 0, Cancellation))
        {
            await writer.WriteAsync(new byte[10], Cancellation);
            await Assert.ThrowsAsync<StagingBusyException>(() => b.OpenAppendAsync("u1", 0, Cancellation));
            await Assert.ThrowsAsync<StagingBusyException>(() => b.FinishAsync("u1", Scope, null, Cancellation));
            await Assert.ThrowsAsync<StagingBusyException>(() => b.DeleteAsync("u1", Cancellation));
            await Assert.ThrowsAsync<StagingBusyException>(() => b.CommittedBytesAsync("u1", Cancellation));
            // Others are not in its way.
            await b.CreateAsync("u2", Cancellation);
            await b.AppendAsync("u2", 0, new MemoryStream([1]), Cancellation);
        }
        Assert.Equal(10, await b.CommittedBytesAsync("u1", Cancellation));

        var held = await b.OpenAppendAsync("u1", 10, Cancellation);
        var waiting = a.DeleteAsync("u1", Cancellation);
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        Assert.True(await waiting);
        Assert.False(await b.DeleteAsync("u1", Cancellation));
    }

    [Fact]
    public async Task Writers_that_begin_again_and_again_everywhere_never_mix()
    {
        BlobStaging[] areas = [Open(), Open(), Open()];
        await Task.WhenAll(Enumerable.Range(0, 9).Select(worker => Task.Run(async () =>
        {
            var area = areas[worker % areas.Length];
            for (var round = 0; round < 10; round++)
            {
                try
                {
                    await area.DeleteAsync("u1", Cancellation);
                    await area.CreateAsync("u1", Cancellation);
                    await using var writer = await area.OpenAppendAsync("u1", 0, Cancellation);
                    // In two steps, so that another writer could come between.
                    await writer.WriteAsync(Enumerable.Repeat((byte)worker, 500).ToArray(), Cancellation);
                    await Task.Yield();
                    await writer.WriteAsync(Enumerable.Repeat((byte)worker, 500).ToArray(), Cancellation);
                    await writer.CommitAsync(Cancellation);
                    var there = await File.ReadAllBytesAsync(folder.File("staging", "u1"), Cancellation);
                    Assert.Equal(Enumerable.Repeat((byte)worker, 1000), there);
                }
                catch (Exception collided) when (collided is StagingNotFoundException or StagingOffsetException)
                {
                    // Another one was first.
                }
            }
        })));
    }

    [Fact]
    public void A_folder_has_one_name()
    {
        var names = Enumerable.Range(0, 8).AsParallel().Select(_ => Open().Folder).Distinct().ToList();
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(names));
        Assert.NotEqual(names[0], new BlobStaging(store, folder.File("other")).Folder);
    }

    [Fact]
    public async Task What_another_has_finished_is_forgotten()
    {
        var (a, b) = (Open(), Open());
        await a.CreateAsync("u1", Cancellation);
        await a.AppendAsync("u1", 0, new MemoryStream([1]), Cancellation);
        await b.FinishAsync("u1", Scope, null, Cancellation);
        a.ForgetGone();
        await Assert.ThrowsAsync<StagingNotFoundException>(() => a.CommittedBytesAsync("u1", Cancellation));
        await a.CreateAsync("u1", Cancellation);
        Assert.Equal(0, await b.CommittedBytesAsync("u1", Cancellation));
    }

    public void Dispose() => folder.Dispose();

    private BlobStaging Open(TimeSpan? writerWait = null) => new(store, folder.File("staging"), writerWait);
}
