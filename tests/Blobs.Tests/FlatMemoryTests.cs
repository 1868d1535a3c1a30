using Mesh.Blobs.Tests.Remote;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Blobs.Tests;

/// <summary>Counts what the whole process allocates, so nothing else may run meanwhile.</summary>
[Collection(Alone)]
public sealed class FlatMemoryTests
{
    private const string Alone = "alone";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_200_MB_blob_passes_through_flat_memory()
    {
        const int size = 200 << 20;
        using var folder = new TemporaryFolder();
        var store = new FileBlobStore(folder.Path);
        var scope = new BlobScope("ingest", "default");
        using var content = new PatternStream(size);
        await store.WriteAsync(scope, new MemoryStream(Bytes.Random(2 << 20)), null, Cancellation);
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var blob = await store.WriteAsync(scope, content, null, Cancellation);
        await using (var stream = await store.OpenReadAsync(scope, blob.Digest, cancellation: Cancellation))
        {
            await stream.CopyToAsync(Stream.Null, Cancellation);
        }

        await store.VerifyAsync(scope, blob.Digest, Cancellation);
        Assert.Equal(size, blob.Size);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16 << 20);
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_large_blob_goes_to_a_server_and_back_through_flat_memory(string kind)
    {
        var size = Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 1 << 30 : 96 << 20;
        using var folder = new TemporaryFolder();
        await using var rig = await RemoteRig.StartAsync(kind, folder);
        var scope = new BlobScope("ingest", "default");
        await rig.Store.WriteAsync(scope, new MemoryStream(Bytes.Random(12 << 20)), null, Cancellation);
        using var content = new PatternStream(size);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = new PeakMemory();
        var blob = await rig.Store.WriteAsync(scope, content, null, Cancellation);
        using (var local = await rig.Store.OpenLocalAsync(scope, blob.Digest, Cancellation))
        {
            Assert.Equal(size, new FileInfo(local.Path).Length);
        }
        // Parts and chunks on their way, and what the clients make for each request until it is collected.
        Assert.InRange(peak.Stop() - before, 0, 48 << 20);
        await rig.Store.DeleteAsync(scope, blob.Digest, Cancellation);
    }

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
