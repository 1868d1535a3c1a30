using Mesh.Blobs.Tests.Remote;
using Mesh.Blobs.Tiers;

namespace Mesh.Blobs.Tests.Tiers;

/// <summary>The conformance suite on two folders, what is written staying hot.</summary>
public sealed class TieredBlobStoreTests : BlobStoreConformance
{
    private readonly TieredBlobStore store;

    public TieredBlobStoreTests() => store = new TieredBlobStore(new FileBlobStore(Folder.File("hot")), new FileBlobStore(Folder.File("cold")));

    protected override IBlobStore Store => store;
}

/// <summary>The conformance suite on a folder and a bucket, everything being moved to the bucket as soon as it is written.</summary>
public sealed class MovedBlobStoreTests : BlobStoreConformance, IAsyncLifetime
{
    private RemoteRig? rig;
    private MovingStore? store;

    protected override IBlobStore Store => store!;

    protected override int Ranges => 20;

    public async ValueTask InitializeAsync()
    {
        rig = await RemoteRig.StartAsync(RemoteRig.S3, Folder);
        store = new MovingStore(new TieredBlobStore(new FileBlobStore(Folder.File("hot")), rig.Store));
    }

    public async ValueTask DisposeAsync()
    {
        if (rig is not null)
        {
            await rig.DisposeAsync();
        }
        Dispose();
    }
}
