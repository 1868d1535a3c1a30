using CsCheck;
using Mesh.Blobs.Staging;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests;

public sealed class BlobStagingTests : IDisposable
{
    private const int Chunk = HashedContent.ChunkSize;
    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder folder = new();
    private readonly FileBlobStore store;

    public BlobStagingTests() => store = new FileBlobStore(folder.File("blobs"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pieces_become_one_blob_whatever_they_are_and_whenever_the_process_restarts()
    {
        await Gen.Select(Gen.Int[0, 400_000].Array[0, 12], Gen.Bool.Array[12]).SampleAsync(
            async (pieces, restarts) =>
            {
                var content = Bytes.Random(pieces.Sum());
                var staging = Open();
                await staging.CreateAsync("u1", Cancellation);
                var offset = 0;
                foreach (var (piece, restart) in pieces.Zip(restarts))
                {
                    staging = restart ? Open() : staging;
                    offset = (int)await staging.AppendAsync("u1", offset, new MemoryStream(content, offset, piece), Cancellation);
                    Assert.Equal(offset, await staging.CommittedBytesAsync("u1", Cancellation));
                }
                var blob = await staging.FinishAsync("u1", Scope, BlobDigest.Of(content), Cancellation);
                Assert.Equal(content, await (await store.OpenReadAsync(Scope, blob.Digest, cancellation: Cancellation)).ReadAllAsync());
                await Assert.ThrowsAsync<StagingNotFoundException>(() => staging.CommittedBytesAsync("u1", Cancellation));
                Assert.Empty(staging.List());
            },
            iter: 15,
            threads: 1);
    }

    [Fact]
    public async Task Finishing_renames_the_file()
    {
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        await staging.AppendAsync("u1", 0, new MemoryStream(Bytes.Random(3 * Chunk)), Cancellation);
        var written = new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(folder.File("staging", "u1"), written);
        var blob = await staging.FinishAsync("u1", Scope, null, Cancellation);
        using var local = await store.OpenLocalAsync(Scope, blob.Digest, Cancellation);
        Assert.Equal(written, File.GetLastWriteTimeUtc(local.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(11)]
    public async Task A_write_elsewhere_is_refused_with_the_right_offset(long offset)
    {
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        await staging.AppendAsync("u1", 0, new MemoryStream(Bytes.Random(10)), Cancellation);
        var refused = await Assert.ThrowsAsync<StagingOffsetException>(() => staging.OpenAppendAsync("u1", offset, Cancellation));
        Assert.Equal((offset, 10), (refused.Offset, refused.CommittedBytes));
        Assert.Equal(12, await staging.AppendAsync("u1", 10, new MemoryStream([1, 2]), Cancellation));
    }

    [Fact]
    public async Task What_a_broken_connection_delivered_is_kept()
    {
        var content = Bytes.Random(2 * Chunk);
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        await Assert.ThrowsAsync<EndOfStreamException>(
            () => staging.AppendAsync("u1", 0, new BreakingStream(content, Chunk + 100), Cancellation));
        var committed = (int)await staging.CommittedBytesAsync("u1", Cancellation);
        Assert.Equal(Chunk + 100, committed);
        await staging.AppendAsync("u1", committed, new MemoryStream(content, committed, content.Length - committed), Cancellation);
        await staging.FinishAsync("u1", Scope, BlobDigest.Of(content), Cancellation);
    }

    [Fact]
    public async Task Uncommitted_bytes_do_not_count()
    {
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        await using var writer = await staging.OpenAppendAsync("u1", 0, Cancellation);
        await writer.WriteAsync(Bytes.Random(10), Cancellation);
        Assert.Equal(0, await staging.CommittedBytesAsync("u1", Cancellation));
        Assert.Equal(10, await writer.CommitAsync(Cancellation));
        Assert.Equal(10, await staging.CommittedBytesAsync("u1", Cancellation));
    }

    [Fact]
    public async Task A_second_writer_waits_and_then_learns_the_offset()
    {
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        var first = await staging.OpenAppendAsync("u1", 0, Cancellation);
        var second = staging.OpenAppendAsync("u1", 0, Cancellation);
        Assert.False(second.IsCompleted);
        await first.WriteAsync(new byte[5], Cancellation);
        await first.DisposeAsync();
        Assert.Equal(5, (await Assert.ThrowsAsync<StagingOffsetException>(() => second)).CommittedBytes);
    }

    [Fact]
    public async Task A_writer_that_never_lets_go_makes_the_others_give_up()
    {
        var staging = Open(TimeSpan.FromMilliseconds(50));
        await staging.CreateAsync("u1", Cancellation);
        await using var first = await staging.OpenAppendAsync("u1", 0, Cancellation);
        await Assert.ThrowsAsync<StagingBusyException>(() => staging.OpenAppendAsync("u1", 0, Cancellation));
        await Assert.ThrowsAsync<StagingBusyException>(() => staging.FinishAsync("u1", Scope, null, Cancellation));
        await Assert.ThrowsAsync<StagingBusyException>(() => staging.DeleteAsync("u1", Cancellation));

        // Another process has locks of its own, and meets the file's.
        await Assert.ThrowsAsync<StagingBusyException>(() => Open(TimeSpan.FromMilliseconds(50)).OpenAppendAsync("u1", 0, Cancellation));
    }

    [Fact]
    public async Task Of_many_writers_at_one_offset_one_wins()
    {
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            try
            {
                await staging.AppendAsync("u1", 0, new MemoryStream(Bytes.Random(1000, seed: i)), Cancellation);
                return true;
            }
            catch (StagingOffsetException refused)
            {
                Assert.Equal(1000, refused.CommittedBytes);
                return false;
            }
        })));
        Assert.Single(outcomes, won => won);
        Assert.Equal(1000, await staging.CommittedBytesAsync("u1", Cancellation));
    }

    [Fact]
    public async Task Hashing_beforehand_goes_on_where_it_was_cancelled_and_finishing_reads_nothing_again()
    {
        var content = Bytes.Random(3 * Chunk + 5);
        var written = Open();
        await written.CreateAsync("u1", Cancellation);
        await written.AppendAsync("u1", 0, new MemoryStream(content), Cancellation);

        var staging = Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => staging.HashAsync("u1", new CancellationToken(canceled: true)));
        await staging.HashAsync("u1", Cancellation);
        // Were the file read again, these bytes would show. Its time is put back: one that has changed is read again.
        var time = File.GetLastWriteTimeUtc(folder.File("staging", "u1"));
        await File.WriteAllBytesAsync(folder.File("staging", "u1"), new byte[content.Length], Cancellation);
        File.SetLastWriteTimeUtc(folder.File("staging", "u1"), time);
        Assert.Equal(new BlobInfo(BlobDigest.Of(content), content.Length), await staging.FinishAsync("u1", Scope, BlobDigest.Of(content), Cancellation));
        await Assert.ThrowsAsync<StagingNotFoundException>(() => staging.HashAsync("u1", Cancellation));
    }

    [Fact]
    public async Task Making_an_upload_many_times_at_once_makes_one()
    {
        var staging = Open();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => staging.CreateAsync("u1", Cancellation))));
        Assert.Equal("u1", Assert.Single(staging.List()).Id);
        Assert.Equal(staging.List().Single(), staging.Find("u1"));
        Assert.Null(staging.Find("u2"));
    }

    [Fact]
    public async Task A_wrong_digest_leaves_the_upload_and_stores_nothing()
    {
        var content = Bytes.Random(100);
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        await staging.AppendAsync("u1", 0, new MemoryStream(content), Cancellation);
        await Assert.ThrowsAsync<BlobDigestMismatchException>(() => staging.FinishAsync("u1", Scope, BlobDigest.Of("x"u8), Cancellation));
        Assert.Equal(new BlobInfo(BlobDigest.Of(content), 100), await staging.FinishAsync("u1", Scope, BlobDigest.Of(content), Cancellation));
    }

    [Fact]
    public async Task A_failing_store_leaves_the_upload()
    {
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        await staging.AppendAsync("u1", 0, new MemoryStream(Bytes.Random(100)), Cancellation);
        Directory.Delete(folder.File("blobs"), recursive: true);
        await File.WriteAllTextAsync(folder.File("blobs"), "in the way", Cancellation);
        await Assert.ThrowsAsync<BlobStoreException>(() => staging.FinishAsync("u1", Scope, null, Cancellation));
        Assert.Equal(100, await staging.CommittedBytesAsync("u1", Cancellation));
    }

    [Fact]
    public async Task A_deleted_upload_is_gone()
    {
        var staging = Open();
        await staging.CreateAsync("u1", Cancellation);
        await staging.AppendAsync("u1", 0, new MemoryStream([1, 2, 3]), Cancellation);
        Assert.Equal(("u1", 3L), staging.List().Select(upload => (upload.Id, upload.CommittedBytes)).Single());
        Assert.True(await staging.DeleteAsync("u1", Cancellation));
        Assert.False(await staging.DeleteAsync("u1", Cancellation));
        await Assert.ThrowsAsync<StagingNotFoundException>(() => staging.OpenAppendAsync("u1", 0, Cancellation));
        await staging.CreateAsync("u1", Cancellation);
        Assert.Equal(0, await staging.CommittedBytesAsync("u1", Cancellation));
    }

    [Theory]
    [InlineData("../u1")]
    [InlineData("")]
    [InlineData("U")]
    public async Task An_id_is_a_name(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Open().CreateAsync(id, Cancellation));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_folder_that_is_made_is_the_owners()
    {
        _ = new BlobStaging(store, folder.File("service", "uploads"));
        Assert.All(["service", "service/uploads"], name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File(name))));
    }

    private BlobStaging Open(TimeSpan? writerWait = null) => new(store, folder.File("staging"), writerWait);
}
