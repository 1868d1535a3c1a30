using Mesh.Blobs.Caching;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests.Caching;

public sealed class BlobCacheTests : CacheTest
{
    [Fact]
    public async Task A_blob_is_fetched_once_and_then_found()
    {
        var cache = Cache();
        var content = Bytes.Random(3 * Mega);
        for (var i = 0; i < 3; i++)
        {
            using var local = await OpenAsync(cache, content);
            Assert.Equal(PathOf(content), local.Path);
            Assert.Equal(content, await File.ReadAllBytesAsync(local.Path, Cancellation));
        }
        // Another process, after a restart.
        (await OpenAsync(Cache(), content)).Dispose();
        Assert.Equal(1, Fetched);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(content)));
        Assert.Empty(Temporaries());
    }

    [Fact]
    public async Task Scopes_do_not_share_copies()
    {
        var cache = Cache();
        (await OpenAsync(cache, [1])).Dispose();
        await Assert.ThrowsAsync<BlobNotFoundException>(() => cache.OpenAsync(
            this, new BlobScope("registry", "other"), BlobDigest.Of([1]), _ => throw new BlobNotFoundException(Scope, default), Cancellation));
    }

    [Fact]
    public async Task Many_who_want_the_same_blob_at_once_fetch_it_once()
    {
        BlobCache[] caches = [Cache(), Cache(), Cache()];
        var content = Bytes.Random(2 * Mega);
        var opened = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => OpenAsync(caches[i % 3], content, slowly: true))));
        Assert.Equal(1, Fetched);
        Assert.All(opened, local => Assert.Equal(PathOf(content), local.Path));
        Array.ForEach(opened, local => local.Dispose());
    }

    [Fact]
    public async Task What_was_not_used_for_longest_goes_first_and_the_capacity_holds()
    {
        var cache = Cache(capacity: 3 * Mega);
        var contents = Enumerable.Range(0, 5).Select(seed => Bytes.Random(Mega, seed)).ToArray();
        foreach (var (i, content) in contents.Take(3).Index())
        {
            (await OpenAsync(cache, content)).Dispose();
            File.SetLastAccessTimeUtc(PathOf(content), DateTime.UtcNow.AddHours(i - 10));
        }
        // Used again just now, so the second is the oldest.
        (await OpenAsync(cache, contents[0])).Dispose();
        (await OpenAsync(cache, contents[3])).Dispose();
        Assert.Equal([true, false, true, true], contents.Take(4).Select(content => File.Exists(PathOf(content))));
        (await OpenAsync(cache, contents[4])).Dispose();
        Assert.Equal([true, false, false, true, true], contents.Select(content => File.Exists(PathOf(content))));
        Assert.Equal(3 * Mega, Held());
    }

    [Fact]
    public async Task What_is_in_use_stays_and_what_finds_no_room_beside_it_is_refused()
    {
        var cache = Cache(capacity: 2 * Mega);
        var (first, second, third) = (Bytes.Random(Mega, 1), Bytes.Random(Mega, 2), Bytes.Random(Mega, 3));
        var use = await OpenAsync(cache, first);
        var otherUse = await OpenAsync(Cache(capacity: 2 * Mega), second);
        var full = await Assert.ThrowsAsync<BlobStoreFullException>(() => OpenAsync(cache, third));
        Assert.Contains("cache", full.Message);
        Assert.Equal(first, await File.ReadAllBytesAsync(use.Path, Cancellation));
        Assert.Equal(second, await File.ReadAllBytesAsync(otherUse.Path, Cancellation));
        otherUse.Dispose();
        (await OpenAsync(cache, third)).Dispose();
        Assert.Equal([true, false, true], new[] { first, second, third }.Select(content => File.Exists(PathOf(content))));
        use.Dispose();
        await Assert.ThrowsAsync<BlobStoreFullException>(() => OpenAsync(cache, Bytes.Random(3 * Mega)));
        Assert.Empty(Temporaries());
    }

    [Fact]
    public async Task A_file_that_another_process_has_open_stays()
    {
        var cache = Cache(capacity: Mega);
        var content = Bytes.Random(Mega);
        (await OpenAsync(cache, content)).Dispose();
        using (var reader = await LockHolder.StartAsync("--shared", PathOf(content)))
        {
            await Assert.ThrowsAsync<BlobStoreFullException>(() => OpenAsync(cache, [1]));
            await cache.DropAsync(Scope, BlobDigest.Of(content), Cancellation);
            Assert.True(File.Exists(PathOf(content)));
            reader.Kill();
        }
        (await OpenAsync(cache, [1])).Dispose();
        Assert.False(File.Exists(PathOf(content)));
    }

    [Fact]
    public async Task While_another_process_fetches_a_blob_nobody_else_does_and_its_death_lets_the_next_one_in()
    {
        var cache = Cache();
        var content = Bytes.Random(1000);
        // What a killed process leaves of a fetch: a temporary file, and no lock.
        var left = Path.Combine(Root, ".tmp", Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(left, content[..500], Cancellation);
        using var fetcher = await LockHolder.StartAsync("--exclusive", Path.Combine(Root, ".locks", BlobDigest.Of(content).Hex[..2]));
        using var temporary = await LockHolder.StartAsync("--exclusive", left);
        var waiting = OpenAsync(cache, content);
        var others = Bytes.Random(10, seed: 5);
        (await OpenAsync(cache, others)).Dispose();
        Assert.True(File.Exists(left));
        Assert.Equal(1, Fetched);
        Assert.False(waiting.IsCompleted);
        temporary.Kill();
        fetcher.Kill();
        (await waiting).Dispose();
        Assert.Equal(2, Fetched);
        Assert.Empty(Temporaries());
    }

    [Fact]
    public async Task Whoever_waits_for_another_process_can_give_up()
    {
        var cache = Cache();
        var content = Bytes.Random(1000);
        using var fetcher = await LockHolder.StartAsync("--exclusive", Path.Combine(Root, ".locks", BlobDigest.Of(content).Hex[..2]));
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var waiting = OpenAsync(cache, content, cancellation: giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        fetcher.Kill();
        (await OpenAsync(cache, content)).Dispose();
    }

    [Fact]
    public async Task Readers_and_evictions_in_several_caches_at_once_never_meet()
    {
        // Room for two of the six, so nearly every open evicts, from under nobody.
        BlobCache[] caches = [Cache(capacity: 2 * Mega), Cache(capacity: 2 * Mega)];
        var contents = Enumerable.Range(0, 6).Select(seed => Bytes.Random(Mega / 2, seed)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 25; i++)
            {
                var content = contents[random.Next(contents.Length)];
                using var local = await OpenAsync(caches[worker % 2], content);
                Assert.Equal(content, await File.ReadAllBytesAsync(local.Path, Cancellation));
                Assert.InRange(Held(), 0, 2 * Mega);
            }
        })));
        Assert.Empty(Temporaries());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fetch_goes_on_when_who_wanted_it_has_gone(bool isJoined)
    {
        var cache = Cache();
        var content = Bytes.Random(2 * Mega);
        var letGo = new TaskCompletionSource();
        Func<CancellationToken, Task<Stream>> open = async token =>
        {
            CountFetch();
            await letGo.Task.WaitAsync(token);
            return new MemoryStream(content);
        };
        using (var cut = new CancellationTokenSource())
        {
            var first = cache.OpenAsync(this, Scope, BlobDigest.Of(content), open, cut.Token);
            await Eventually.BecomesTrueAsync(() => Fetched == 1, TimeSpan.FromSeconds(30), "it is being fetched");
            await cut.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }
        var second = isJoined ? cache.OpenAsync(this, Scope, BlobDigest.Of(content), open, Cancellation) : null;
        letGo.SetResult();
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf(content)), TimeSpan.FromSeconds(30), "it is there");
        using var found = await (second ?? OpenAsync(cache, content));
        Assert.Equal(content, await File.ReadAllBytesAsync(found.Path, Cancellation));
        Assert.Equal(1, Fetched);
    }

    [Fact]
    public async Task A_blob_that_one_store_lacks_comes_from_the_other_whoever_asks_the_first_meanwhile()
    {
        var cache = Cache();
        var content = Bytes.Random(1000);
        var (hot, cold, letGo) = (new object(), new object(), new TaskCompletionSource());
        var asking = cache.OpenAsync(hot, Scope, BlobDigest.Of(content), async _ =>
        {
            CountFetch();
            await letGo.Task;
            throw new BlobNotFoundException(Scope, BlobDigest.Of(content));
        }, Cancellation);
        await Eventually.BecomesTrueAsync(() => Fetched == 1, TimeSpan.FromSeconds(30), "the first store is asked");
        var found = cache.OpenAsync(cold, Scope, BlobDigest.Of(content), _ => Task.FromResult<Stream>(new MemoryStream(content)), Cancellation);
        letGo.SetResult();
        await Assert.ThrowsAsync<BlobNotFoundException>(() => asking);
        using var local = await found;
        Assert.Equal(content, await File.ReadAllBytesAsync(local.Path, Cancellation));
    }

    [Fact]
    public async Task The_end_of_the_store_ends_its_fetches()
    {
        var cache = Cache();
        var opening = cache.OpenAsync(this, Scope, BlobDigest.Of("x"u8), async token => { await Task.Delay(Timeout.Infinite, token); return Stream.Null; }, Cancellation);
        cache.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }
}
