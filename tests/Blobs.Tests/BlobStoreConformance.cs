using CsCheck;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests;

/// <summary>What every blob store does, whatever it stores in. An implementation's test class derives from this one.</summary>
public abstract class BlobStoreConformance : IDisposable
{
    protected static readonly BlobScope Scope = new("ingest", "default");
    private const int Chunk = HashedContent.ChunkSize;

    /// <summary>A store that is empty.</summary>
    protected abstract IBlobStore Store { get; }

    protected TemporaryFolder Folder { get; } = new();

    /// <summary>How many random ranges are read: fewer where each takes requests.</summary>
    protected virtual int Ranges => 100;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(3 * Chunk + 17)]
    public async Task What_is_written_is_read_back(int size)
    {
        var content = Bytes.Random(size);
        var written = await Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation);
        Assert.Equal(new BlobInfo(BlobDigest.Of(content), size), written);
        Assert.Equal(written, await Store.StatAsync(Scope, written.Digest, Cancellation));
        Assert.Equal(content, await (await Store.OpenReadAsync(Scope, written.Digest, cancellation: Cancellation)).ReadAllAsync());
        using var local = await Store.OpenLocalAsync(Scope, written.Digest, Cancellation);
        Assert.Equal(content, await File.ReadAllBytesAsync(local.Path, Cancellation));
        await Store.VerifyAsync(Scope, written.Digest, Cancellation);
    }

    [Fact]
    public async Task The_digest_is_the_sha256_of_the_bytes()
    {
        // FIPS 180-2, appendix B.1.
        var expected = BlobDigest.Parse("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        Assert.Equal(expected, (await Store.WriteAsync(Scope, new MemoryStream("abc"u8.ToArray()), expected, Cancellation)).Digest);
    }

    [Fact]
    public async Task A_wrong_digest_stores_nothing()
    {
        var content = Bytes.Random(Chunk + 5);
        var announced = BlobDigest.Of("something else"u8);
        var failure = await Assert.ThrowsAsync<BlobDigestMismatchException>(
            () => Store.WriteAsync(Scope, new MemoryStream(content), announced, Cancellation));
        Assert.Equal((announced, BlobDigest.Of(content)), (failure.Expected, failure.Actual));
        Assert.Null(await Store.StatAsync(Scope, BlobDigest.Of(content), Cancellation));
        Assert.Null(await Store.StatAsync(Scope, announced, Cancellation));
        Assert.Empty(await Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_stream_that_breaks_stores_nothing()
    {
        var content = Bytes.Random(2 * Chunk);
        await Assert.ThrowsAsync<EndOfStreamException>(
            () => Store.WriteAsync(Scope, new BreakingStream(content, Chunk + 100), BlobDigest.Of(content), Cancellation));
        Assert.Empty(await Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_cancelled_write_stores_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.WriteAsync(Scope, new MemoryStream(Bytes.Random(100)), null, cancelled.Token));
        Assert.Empty(await Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Ranges_equal_those_of_the_bytes()
    {
        var content = Bytes.Random(3 * Chunk + 1000);
        var digest = (await Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation)).Digest;
        var near = Gen.OneOf(Gen.Int[0, content.Length], Gen.Select(Gen.Int[0, 3], Gen.Int[-2, 2], (chunk, off) => Math.Max(0, chunk * Chunk + off)));
        await Gen.Select(near, near).SampleAsync(
            async (a, b) =>
            {
                var (from, to) = (Math.Min(a, b), Math.Max(a, b));
                var range = await Store.OpenReadAsync(Scope, digest, from, to - from, Cancellation);
                Assert.Equal(to - from, range.Length);
                Assert.True((await range.ReadAllAsync()).AsSpan().SequenceEqual(content.AsSpan(from, to - from)));
            },
            iter: Ranges,
            threads: 1);
    }

    [Fact]
    public async Task A_stream_seeks_and_reads_synchronously_too()
    {
        var content = Bytes.Random(2 * Chunk + 9);
        var digest = (await Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation)).Digest;
        await using var stream = await Store.OpenReadAsync(Scope, digest, 5, cancellation: Cancellation);
        var random = new Random(3);
        for (var i = 0; i < 50; i++)
        {
            var position = random.Next(content.Length - 5);
            stream.Seek(position, SeekOrigin.Begin);
            var part = new byte[Math.Min(random.Next(2 * Chunk), content.Length - 5 - position)];
            stream.ReadExactly(part);
            Assert.True(content.AsSpan(5 + position, part.Length).SequenceEqual(part));
        }
        stream.Seek(0, SeekOrigin.End);
        Assert.Equal(-1, stream.ReadByte());
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(11, null)]
    [InlineData(0, 11L)]
    [InlineData(10, 1L)]
    [InlineData(3, -1L)]
    public async Task A_range_outside_the_blob_is_refused(long offset, long? length)
    {
        var digest = (await Store.WriteAsync(Scope, new MemoryStream(Bytes.Random(10)), null, Cancellation)).Digest;
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.OpenReadAsync(Scope, digest, offset, length, Cancellation));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var digest = BlobDigest.Of("absent"u8);
        Assert.Null(await Store.StatAsync(Scope, digest, Cancellation));
        Assert.False(await Store.DeleteAsync(Scope, digest, Cancellation));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => Store.OpenReadAsync(Scope, digest, cancellation: Cancellation));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => Store.OpenLocalAsync(Scope, digest, Cancellation));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => Store.VerifyAsync(Scope, digest, Cancellation));
    }

    [Fact]
    public async Task Scopes_do_not_see_each_other()
    {
        var digest = (await Store.WriteAsync(Scope, new MemoryStream([1, 2, 3]), null, Cancellation)).Digest;
        Assert.Null(await Store.StatAsync(new BlobScope("ingest", "other"), digest, Cancellation));
        Assert.Null(await Store.StatAsync(new BlobScope("registry", "default"), digest, Cancellation));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_can_be_written_again()
    {
        var content = Bytes.Random(1000);
        var digest = (await Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation)).Digest;
        Assert.True(await Store.DeleteAsync(Scope, digest, Cancellation));
        Assert.Null(await Store.StatAsync(Scope, digest, Cancellation));
        await Store.WriteAsync(Scope, new MemoryStream(content), digest, Cancellation);
        Assert.Equal(content, await (await Store.OpenReadAsync(Scope, digest, cancellation: Cancellation)).ReadAllAsync());
    }

    [Fact]
    public async Task A_list_is_complete_and_in_order()
    {
        var written = new List<BlobInfo>();
        for (var i = 0; i < 40; i++)
        {
            written.Add(await Store.WriteAsync(Scope, new MemoryStream(Bytes.Random(i, seed: i)), null, Cancellation));
        }
        Assert.Equal(
            written.OrderBy(blob => blob.Digest.Hex, StringComparer.Ordinal),
            await Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        Assert.Empty(await Store.ListAsync(new BlobScope("ingest", "empty"), Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Writers_of_the_same_bytes_make_one_blob()
    {
        var content = Bytes.Random(Chunk + 77);
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => Store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation))));
        Assert.Single(written.Distinct());
        Assert.Equal(written[0], Assert.Single(await Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation)));
        Assert.Equal(content, await (await Store.OpenReadAsync(Scope, written[0].Digest, cancellation: Cancellation)).ReadAllAsync());
    }

    [Fact]
    public async Task Writing_and_deleting_the_same_blob_at_once_leaves_it_whole_or_gone()
    {
        var content = Bytes.Random(5000);
        var digest = BlobDigest.Of(content);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(
            () => i % 3 == 0
                ? Store.DeleteAsync(Scope, digest, Cancellation)
                : (Task)Store.WriteAsync(Scope, new MemoryStream(content), digest, Cancellation))));
        if (await Store.StatAsync(Scope, digest, Cancellation) is not null)
        {
            Assert.Equal(content, await (await Store.OpenReadAsync(Scope, digest, cancellation: Cancellation)).ReadAllAsync());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2 * Chunk + 3)]
    public async Task An_imported_file_becomes_a_blob_and_is_gone(int size)
    {
        var content = Bytes.Random(size);
        var path = Folder.File("shard.arrow");
        for (var twice = 0; twice < 2; twice++)
        {
            await File.WriteAllBytesAsync(path, content, Cancellation);
            var blob = await Store.ImportAsync(Scope, path, await HashedContent.OfFileAsync(path, Cancellation), Cancellation);
            Assert.Equal(new BlobInfo(BlobDigest.Of(content), size), blob);
            Assert.False(File.Exists(path));
            Assert.Equal(content, await (await Store.OpenReadAsync(Scope, blob.Digest, cancellation: Cancellation)).ReadAllAsync());
        }
    }

    public virtual void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
