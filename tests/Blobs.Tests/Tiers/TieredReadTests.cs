using Mesh.Blobs.Tests.Remote;
using Mesh.Blobs.Tiers;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests.Tiers;

/// <summary>Reading from a bucket while the blob moves away.</summary>
public sealed class TieredReadTests
{
    /// <summary>More than the store fetches ahead.</summary>
    private const int Size = 12 << 20;

    private static readonly BlobScope Scope = new("ingest", "default");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("read")]
    [InlineData("read, not waiting")]
    [InlineData("copy")]
    [InlineData("seek")]
    public async Task A_reader_goes_on_at_the_same_byte(string how)
    {
        using var folder = new TemporaryFolder();
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder);
        var store = new TieredBlobStore(rig.Store, new FileBlobStore(folder.File("cold")));
        var content = Bytes.Random(Size);
        var blob = await store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation);

        await using var reader = await store.OpenReadAsync(Scope, blob.Digest, offset: 1000, length: Size - 3000, Cancellation);
        var read = new byte[Size - 3000];
        await reader.ReadExactlyAsync(read.AsMemory(0, 100_000), Cancellation);
        Assert.True(await store.MoveToColdAsync(Scope, blob.Digest, () => Task.FromResult(true), Cancellation));
        switch (how)
        {
            case "read":
                await reader.ReadExactlyAsync(read.AsMemory(100_000), Cancellation);
                break;
            case "read, not waiting":
                reader.ReadExactly(read.AsSpan(100_000));
                break;
            case "copy":
                await reader.CopyToAsync(new MemoryStream(read, 100_000, read.Length - 100_000), Cancellation);
                break;
            default:
                reader.Seek(-1_000_000, SeekOrigin.End);
                await reader.ReadExactlyAsync(read.AsMemory(read.Length - 1_000_000), Cancellation);
                reader.Position = 100_000;
                await reader.ReadExactlyAsync(read.AsMemory(100_000), Cancellation);
                break;
        }

        Assert.True(content.AsSpan(1000, Size - 3000).SequenceEqual(read));
        Assert.Equal(read.Length, reader.Position);
    }

    [Fact]
    public async Task A_blob_that_is_deleted_is_not_found_again()
    {
        using var folder = new TemporaryFolder();
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder);
        var store = new TieredBlobStore(rig.Store, new FileBlobStore(folder.File("cold")));
        var blob = await store.WriteAsync(Scope, new MemoryStream(Bytes.Random(Size)), null, Cancellation);
        await using var reader = await store.OpenReadAsync(Scope, blob.Digest, cancellation: Cancellation);
        await reader.ReadExactlyAsync(new byte[100], Cancellation);
        Assert.True(await store.DeleteAsync(Scope, blob.Digest, Cancellation));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => reader.CopyToAsync(Stream.Null, Cancellation));
    }
}
