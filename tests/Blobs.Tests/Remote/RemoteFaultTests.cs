using System.Diagnostics;
using Mesh.Blobs.Remote;
using Mesh.Blobs.Tests.Servers;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests.Remote;

/// <summary>What goes wrong between a store and its server, made by a proxy between the two.</summary>
public sealed class RemoteFaultTests : IDisposable
{
    private const int Chunk = HashedContent.ChunkSize;
    // Each of its three parts is longer than what is let through where one is cut.
    private const int Large = 2 * RemoteRig.PartBytes + 200_077;
    private const int Always = int.MaxValue;

    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RemoteRig.S3, 500, "InternalError")]
    [InlineData(RemoteRig.S3, 503, "SlowDown")]
    [InlineData(RemoteRig.Azure, 500, "InternalError")]
    [InlineData(RemoteRig.Azure, 503, "ServerBusy")]
    public async Task What_passes_is_not_noticed(string kind, int status, string code)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        // Each request fails twice.
        var failed = new Dictionary<string, int>();
        rig.Proxy.Rule = request =>
        {
            lock (failed)
            {
                var which = $"{request.Method} {request.Target}";
                failed[which] = failed.GetValueOrDefault(which) + 1;
                return failed[which] <= 2 ? Fault.Answer(status, code) : Fault.None;
            }
        };
        var content = Bytes.Random(RemoteRig.PartBytes + 9);
        var blob = await WriteAsync(rig, content);
        Assert.Equal(content, await ReadAsync(rig, blob.Digest));
        Assert.Equal(blob, Assert.Single(await rig.Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation)));
        Assert.True(await rig.Store.DeleteAsync(Scope, blob.Digest, Cancellation));
        Assert.Contains(rig.Logs.Entries, entry => entry.Id.Id == 1);
    }

    [Theory]
    [InlineData(RemoteRig.S3, 503, "SlowDown", "The blob store is busy.")]
    [InlineData(RemoteRig.S3, 500, "InternalError", "The blob store failed.")]
    [InlineData(RemoteRig.Azure, 503, "ServerBusy", "The blob store is busy.")]
    public async Task What_does_not_pass_ends_after_the_attempts_and_is_well_when_the_server_is(string kind, int status, string code, string message)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(1000);
        rig.Proxy.Break(Always, _ => true, Fault.Answer(status, code));
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => WriteAsync(rig, content));
        AssertTellsNothing(rig, failure, message);
        Assert.Equal(RemoteRig.Limits.Attempts, rig.Proxy.Requests.Count);

        rig.Proxy.Rule = _ => Fault.None;
        var blob = await WriteAsync(rig, content);
        rig.Proxy.Break(Always, _ => true, Fault.Answer(status, code));
        await Assert.ThrowsAsync<BlobStoreException>(() => ReadAsync(rig, blob.Digest));
        await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.StatAsync(Scope, blob.Digest, Cancellation));
        await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.DeleteAsync(Scope, blob.Digest, Cancellation));
        await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.OpenLocalAsync(Scope, blob.Digest, Cancellation));
        rig.Proxy.Rule = _ => Fault.None;
        Assert.Equal(content, await ReadAsync(rig, blob.Digest));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_full_store_is_reported_as_such_at_once(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        rig.Proxy.Break(Always, request => request.Method == "PUT", Fault.Answer(507, "InsufficientStorage"));
        await Assert.ThrowsAsync<BlobStoreFullException>(() => WriteAsync(rig, [1, 2, 3]));
        Assert.Single(rig.Proxy.Requests);
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_server_that_hangs_costs_the_deadlines_only(string kind)
    {
        var limits = RemoteRig.Limits with { Deadline = TimeSpan.FromMilliseconds(300), Attempts = 2 };
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true, limits: limits);
        var content = Bytes.Random(Large);
        var clock = Stopwatch.StartNew();
        rig.Proxy.Break(Always, IsPart, Fault.Hang);
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => WriteAsync(rig, content));
        AssertTellsNothing(rig, failure, "The blob store did not answer in time.");
        // Two deadlines of 0.3 s; the rest is for a busy machine.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        await AssertNothingAsync(rig, BlobDigest.Of(content));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_caller_that_gives_up_need_not_wait_for_a_hung_server(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var blob = await WriteAsync(rig, Bytes.Random(100));
        rig.Proxy.Requests.Clear();
        rig.Proxy.Break(Always, request => request.Method == "GET", Fault.Hang);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = rig.Store.OpenReadAsync(Scope, blob.Digest, cancellation: giveUp.Token);
        await Eventually.BecomesTrueAsync(() => rig.Proxy.Requests.Any(request => request.Method == "GET"), TimeSpan.FromSeconds(20), "a read hangs");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_download_that_is_cut_goes_on_at_the_chunk(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(5 * Chunk + 5);
        var blob = await WriteAsync(rig, content);
        rig.Proxy.Requests.Clear();
        // Every second request for a piece of the blob breaks in the middle of it.
        var count = 0;
        rig.Proxy.Rule = request => IsRead(rig, blob, request) && Interlocked.Increment(ref count) % 2 == 1 ? Fault.CutAnswer(Chunk / 2) : Fault.None;
        Assert.Equal(content, await ReadAsync(rig, blob.Digest));
        // Six chunks; the last, of five bytes, is shorter than the cut. Nothing else was asked for again.
        Assert.InRange(count, 6, 12);
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_download_that_is_always_cut_fails_and_hands_out_what_was_proven(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(3 * Chunk);
        var blob = await WriteAsync(rig, content);
        await using var stream = await rig.Store.OpenReadAsync(Scope, blob.Digest, cancellation: Cancellation);
        var first = new byte[Chunk];
        await stream.ReadExactlyAsync(first, Cancellation);
        Assert.Equal(content[..Chunk], first);
        rig.Proxy.Break(Always, request => IsRead(rig, blob, request), Fault.CutAnswer(1000));
        await Assert.ThrowsAsync<BlobStoreException>(async () =>
        {
            stream.Position = 2 * Chunk;
            await stream.ReadExactlyAsync(first, Cancellation);
        });
        await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.OpenLocalAsync(Scope, blob.Digest, Cancellation));
        rig.Proxy.Rule = _ => Fault.None;
        // The same stream goes on when the server is well again.
        stream.Position = 2 * Chunk;
        await stream.ReadExactlyAsync(first, Cancellation);
        Assert.Equal(content[(2 * Chunk)..], first);
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_part_that_is_cut_is_sent_again(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(Large);
        rig.Proxy.Break(2, IsPart, Fault.CutRequest(100_000));
        var blob = await WriteAsync(rig, content);
        Assert.Equal(3 + 2, rig.Proxy.Requests.Count(IsPart));
        rig.Proxy.Rule = _ => Fault.None;
        Assert.Equal(content, await ReadAsync(rig, blob.Digest));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task An_upload_whose_parts_are_always_cut_leaves_nothing_to_see(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(Large);
        rig.Proxy.Break(Always, IsPart, Fault.CutRequest(100_000));
        AssertTellsNothing(rig, await Assert.ThrowsAsync<BlobStoreException>(() => WriteAsync(rig, content)), "The blob store could not be reached.");
        await AssertNothingAsync(rig, BlobDigest.Of(content));
        rig.Proxy.Rule = _ => Fault.None;
        Assert.Equal(content, await ReadAsync(rig, (await WriteAsync(rig, content)).Digest));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_small_blob_that_is_cut_leaves_nothing_to_see(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(100_000);
        rig.Proxy.Break(Always, request => request.Method == "PUT" && !request.Target.Contains(".chunks"), Fault.CutRequest(50_000));
        await Assert.ThrowsAsync<BlobStoreException>(() => WriteAsync(rig, content));
        await AssertNothingAsync(rig, BlobDigest.Of(content));
        rig.Proxy.Rule = _ => Fault.None;
        Assert.Equal(content, await ReadAsync(rig, (await WriteAsync(rig, content)).Digest));
    }

    [Theory]
    [InlineData(RemoteRig.S3, false)]
    [InlineData(RemoteRig.S3, true)]
    [InlineData(RemoteRig.Azure, false)]
    public async Task Bytes_damaged_on_their_way_up_are_refused_by_the_server_and_sent_again(string kind, bool md5)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true, md5: md5);
        foreach (var content in new[] { Bytes.Random(1000), Bytes.Random(Large) })
        {
            rig.Proxy.Break(2, request => request.Method == "PUT" && !request.Target.Contains("comp=blocklist"), Fault.FlipRequest);
            var blob = await WriteAsync(rig, content);
            await rig.Store.VerifyAsync(Scope, blob.Digest, Cancellation);

            rig.Proxy.Break(Always, request => request.Method == "PUT", Fault.FlipRequest);
            await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.WriteAsync(new BlobScope("ingest", "other"), new MemoryStream(content), null, Cancellation));
            rig.Proxy.Rule = _ => Fault.None;
            Assert.Null(await rig.Store.StatAsync(new BlobScope("ingest", "other"), blob.Digest, Cancellation));
        }
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_chunk_damaged_on_its_way_down_is_fetched_again(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(2 * Chunk);
        var blob = await WriteAsync(rig, content);
        rig.Proxy.Break(1, request => IsRead(rig, blob, request), Fault.FlipAnswer);
        Assert.Equal(content, await ReadAsync(rig, blob.Digest));
        rig.Proxy.Break(Always, request => IsRead(rig, blob, request), Fault.FlipAnswer);
        await Assert.ThrowsAsync<BlobCorruptException>(() => ReadAsync(rig, blob.Digest));
        await Assert.ThrowsAsync<BlobCorruptException>(() => rig.Store.OpenLocalAsync(Scope, blob.Digest, Cancellation));
        await Assert.ThrowsAsync<BlobCorruptException>(() => rig.Store.VerifyAsync(Scope, blob.Digest, Cancellation));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task Answers_that_are_lost_do_not_matter(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(Large);
        rig.Proxy.Break(1, IsCommit, Fault.LoseAnswer);
        var blob = await WriteAsync(rig, content);
        Assert.Equal(2, rig.Proxy.Requests.Count(IsCommit));
        rig.Proxy.Break(1, request => request.Method == "PUT", Fault.LoseAnswer);
        await WriteAsync(rig, [1]);
        rig.Proxy.Rule = _ => Fault.None;
        Assert.Equal(content, await ReadAsync(rig, blob.Digest));
    }

    public void Dispose() => folder.Dispose();

    private static bool IsPart(Seen request) => request.Method == "PUT" && (request.Target.Contains("partNumber=") || request.Target.Contains("comp=block&"));

    private static bool IsCommit(Seen request) =>
        request.Method == "POST" && request.Target.Contains("uploadId=") || request.Method == "PUT" && request.Target.Contains("comp=blocklist");

    /// <summary>A read of the blob itself, not of its chunk hashes.</summary>
    private static bool IsRead(RemoteRig rig, BlobInfo blob, Seen request) =>
        request.Method == "GET" && request.Target.Split('?')[0].EndsWith(rig.Key(Scope, blob.Digest), StringComparison.Ordinal);

    private static Task<BlobInfo> WriteAsync(RemoteRig rig, byte[] content) => rig.Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation);

    private static async Task<byte[]> ReadAsync(RemoteRig rig, BlobDigest digest) =>
        await (await rig.Store.OpenReadAsync(Scope, digest, cancellation: Cancellation)).ReadAllAsync();

    private static async Task AssertNothingAsync(RemoteRig rig, BlobDigest digest)
    {
        rig.Proxy.Rule = _ => Fault.None;
        Assert.Null(await rig.Store.StatAsync(Scope, digest, Cancellation));
        Assert.Empty(await rig.Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        // Nor parts that were begun.
        Assert.Equal(0, await rig.Store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(1), Cancellation));
    }

    private static void AssertTellsNothing(RemoteRig rig, BlobStoreException failure, string message)
    {
        Assert.Equal(message, failure.Message);
        Assert.NotNull(failure.InnerException);
        string[] secrets = ["S3RVER", "AccountKey", "Eby8vdM02x", rig.Prefix, rig.Proxy.Address.Port.ToString()];
        Assert.All(rig.Logs.Entries, entry => Assert.All(secrets, secret => Assert.DoesNotContain(secret, entry.Message)));
    }
}
