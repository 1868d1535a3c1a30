using Mesh.Blobs.Remote;
using Mesh.Blobs.Tests.Servers;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests.Remote;

public sealed class RemoteBlobStoreTests : IDisposable
{
    private const int Chunk = HashedContent.ChunkSize;

    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task Objects_lie_under_the_documented_keys(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder);
        var blob = await rig.Store.WriteAsync(Scope, new MemoryStream(Bytes.Random(3 * Chunk)), null, Cancellation);
        var key = $"{rig.Prefix}/ingest/default/{blob.Digest.Hex[..2]}/{blob.Digest.Hex}";
        var objects = await rig.Storage.ListAsync(rig.Prefix, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([new StoredObject(key, 3 * Chunk), new StoredObject(key + ".chunks", 56 + 3 * 16)], objects);
        Assert.True(await rig.Store.DeleteAsync(Scope, blob.Digest, Cancellation));
        Assert.Empty(await rig.Storage.ListAsync(rig.Prefix, Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task Chunk_hashes_come_first_and_alone_are_no_blob(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true, limits: RemoteRig.Limits with { Attempts = 1 });
        rig.Proxy.Break(int.MaxValue, request => request.Method == "PUT" && !request.Target.Contains(".chunks"), Fault.Answer(500, "InternalError"));
        await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.WriteAsync(Scope, new MemoryStream([1, 2, 3]), null, Cancellation));
        Assert.EndsWith(".chunks", Assert.Single(await rig.Storage.ListAsync(rig.Prefix, Cancellation).ToListAsync(Cancellation)).Key);
        Assert.Empty(await rig.Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        Assert.False(await rig.Store.DeleteAsync(Scope, BlobDigest.Of([1, 2, 3]), Cancellation));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_changed_byte_is_found_by_every_read_that_touches_its_chunk(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder);
        var content = Bytes.Random(3 * Chunk);
        var digest = (await rig.Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation)).Digest;
        var damaged = (byte[])content.Clone();
        damaged[Chunk + 500] ^= 1;
        await rig.Storage.PutAsync(rig.Key(Scope, digest), damaged, Cancellation);

        await Assert.ThrowsAsync<BlobCorruptException>(() => ReadAsync(rig, digest, 0, 3 * Chunk));
        await Assert.ThrowsAsync<BlobCorruptException>(() => ReadAsync(rig, digest, 2 * Chunk - 1, 1));
        await Assert.ThrowsAsync<BlobCorruptException>(() => rig.Store.VerifyAsync(Scope, digest, Cancellation));
        await Assert.ThrowsAsync<BlobCorruptException>(() => rig.Store.OpenLocalAsync(Scope, digest, Cancellation));
        Assert.Equal(content[..Chunk], await ReadAsync(rig, digest, 0, Chunk));
        Assert.Equal(content[(2 * Chunk)..], await ReadAsync(rig, digest, 2 * Chunk, Chunk));

        // Written again, it is sound.
        await rig.Store.WriteAsync(Scope, new MemoryStream(content), digest, Cancellation);
        Assert.Equal(content, await ReadAsync(rig, digest, 0, 3 * Chunk));
    }

    [Theory]
    [InlineData(RemoteRig.S3, true)]
    [InlineData(RemoteRig.S3, false)]
    [InlineData(RemoteRig.Azure, true)]
    [InlineData(RemoteRig.Azure, false)]
    public async Task Without_sound_chunk_hashes_a_read_fails_until_the_blob_was_verified(string kind, bool missing)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder);
        var content = Bytes.Random(Chunk + 1);
        var digest = (await rig.Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation)).Digest;
        var sidecar = rig.Key(Scope, digest) + ".chunks";
        if (missing)
        {
            await rig.Storage.DeleteAsync(sidecar, Cancellation);
        }
        else
        {
            await rig.Storage.PutAsync(sidecar, new byte[56 + 2 * 32], Cancellation);
        }
        await Assert.ThrowsAsync<BlobCorruptException>(() => rig.Store.OpenReadAsync(Scope, digest, cancellation: Cancellation));
        await rig.Store.VerifyAsync(Scope, digest, Cancellation);
        Assert.Equal(content, await ReadAsync(rig, digest, 0, content.Length));
    }

    [Theory]
    [InlineData(RemoteRig.S3, "00000000")]
    [InlineData(RemoteRig.Azure, "AAAAAAAA")]
    public async Task Wrong_credentials_are_reported_at_once_and_not_repeated(string kind, string secret)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true, secret: secret);
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.WriteAsync(Scope, new MemoryStream([1]), null, Cancellation));
        Assert.Equal("The blob store refused the credentials of this service.", failure.Message);
        Assert.Single(rig.Proxy.Requests);
        Assert.DoesNotContain(secret, failure.ToString());
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_bucket_that_is_not_there_is_said_to_be_so(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, bucket: "nobodys-bucket");
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.WriteAsync(Scope, new MemoryStream([1]), null, Cancellation));
        Assert.Equal("The bucket or container of the blob store does not exist.", failure.Message);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_to_be_so()
    {
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder, withProxy: true, limits: RemoteRig.Limits with { Attempts = 2 });
        await rig.Proxy.DisposeAsync();
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => rig.Store.StatAsync(Scope, BlobDigest.Of([1]), Cancellation));
        Assert.Equal("The blob store could not be reached.", failure.Message);
    }

    [Fact]
    public async Task Every_object_and_part_comes_with_a_checksum()
    {
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder, withProxy: true);
        await rig.Store.WriteAsync(Scope, new MemoryStream(Bytes.Random(RemoteRig.PartBytes + 1)), null, Cancellation);
        var sent = rig.Proxy.Requests.Where(request => request.Method == "PUT").ToList();
        Assert.Equal(3, sent.Count);
        Assert.All(sent, request => Assert.True(request.Headers.ContainsKey("x-amz-checksum-sha256"), request.Target));
        Assert.Contains(rig.Proxy.Requests, request => request.Headers.GetValueOrDefault("x-amz-checksum-algorithm") == "SHA256");
        Assert.All(rig.Proxy.Requests, request => Assert.DoesNotContain("STREAMING", request.Headers.GetValueOrDefault("x-amz-content-sha256", "")));
    }

    [Fact]
    public async Task What_a_killed_process_left_of_an_upload_is_discarded_once_old()
    {
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder);
        var content = Bytes.Random(RemoteRig.PartBytes + 1);
        var path = folder.File("content");
        await File.WriteAllBytesAsync(path, content, Cancellation);
        using var file = File.OpenHandle(path, options: FileOptions.Asynchronous);
        // Never committed nor disposed, as when the process ends here.
        var left = await rig.Storage.StageAsync(rig.Key(Scope, BlobDigest.Of(content)), file, PartPlan.For(content.Length, RemoteRig.PartBytes), Cancellation);
        Assert.Empty(await rig.Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        Assert.Equal(0, await rig.Store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(-1), Cancellation));
        Assert.Equal(1, await rig.Store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(1), Cancellation));
        Assert.Equal(0, await rig.Store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(1), Cancellation));
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => left.CommitAsync(Cancellation));
        Assert.Equal("The upload was discarded before it was finished.", failure.Message);
    }

    [Fact]
    public async Task Many_pages_are_listed_completely_and_in_order()
    {
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder);
        // S3 gives 1,000 keys a page. Made as s3rver keeps them, which takes a moment instead of seconds.
        var digests = Enumerable.Range(0, 1020).Select(i => BlobDigest.Of(BitConverter.GetBytes(i))).ToList();
        foreach (var digest in digests)
        {
            var path = Path.Combine((await S3Server.StartAsync()).Folder, S3Server.Bucket, rig.Key(Scope, digest)) + "._S3rver_object";
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, [1], Cancellation);
            await File.WriteAllTextAsync(path + ".md5", "55a54008ad1ba589aa210d2629c1df41", Cancellation);
        }
        Assert.Equal(
            digests.Select(digest => new BlobInfo(digest, 1)).OrderBy(blob => blob.Digest.Hex, StringComparer.Ordinal),
            await rig.Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_reader_goes_through_a_blob_with_one_request_a_chunk_and_a_jump_asks_for_one_chunk(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder, withProxy: true);
        var content = Bytes.Random(6 * Chunk);
        var digest = (await rig.Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation)).Digest;
        int Reads() => rig.Proxy.Requests.Count(request => request.Method == "GET" && request.Target.Split('?')[0].EndsWith(digest.Hex, StringComparison.Ordinal));
        Assert.Equal(content, await ReadAsync(rig, digest, 0, content.Length));
        Assert.Equal(6, Reads());
        await using var stream = await rig.Store.OpenReadAsync(Scope, digest, cancellation: Cancellation);
        foreach (var chunk in new[] { 5, 0, 3 })
        {
            stream.Position = chunk * Chunk + 7;
            Assert.Equal(content[chunk * Chunk + 7], stream.ReadByte());
        }
        Assert.Equal(6 + 3, Reads());
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_blob_deleted_while_it_is_read_is_not_found(string kind)
    {
        await using var rig = await RemoteRig.StartAsync(kind, folder);
        var digest = (await rig.Store.WriteAsync(Scope, new MemoryStream(Bytes.Random(9 * Chunk)), null, Cancellation)).Digest;
        await using var stream = await rig.Store.OpenReadAsync(Scope, digest, cancellation: Cancellation);
        await stream.ReadExactlyAsync(new byte[10], Cancellation);
        await rig.Store.DeleteAsync(Scope, digest, Cancellation);
        stream.Position = 8 * Chunk;
        await Assert.ThrowsAsync<BlobNotFoundException>(async () => await stream.ReadExactlyAsync(new byte[10], Cancellation));
    }

    [Fact]
    public async Task A_deleted_blob_leaves_the_cache_too()
    {
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder);
        var digest = (await rig.Store.WriteAsync(Scope, new MemoryStream([1, 2]), null, Cancellation)).Digest;
        (await rig.Store.OpenLocalAsync(Scope, digest, Cancellation)).Dispose();
        await rig.Store.DeleteAsync(Scope, digest, Cancellation);
        await Assert.ThrowsAsync<BlobNotFoundException>(() => rig.Store.OpenLocalAsync(Scope, digest, Cancellation));
    }

    public void Dispose() => folder.Dispose();

    private static async Task<byte[]> ReadAsync(RemoteRig rig, BlobDigest digest, long offset, long length) =>
        await (await rig.Store.OpenReadAsync(Scope, digest, offset, length, Cancellation)).ReadAllAsync();
}
