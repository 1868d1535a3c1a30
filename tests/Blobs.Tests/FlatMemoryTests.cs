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

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
