namespace Mesh.Blobs.Tests.Remote;

/// <summary>The conformance suite on a real server.</summary>
public abstract class RemoteConformance(string kind) : BlobStoreConformance, IAsyncLifetime
{
    private RemoteRig? rig;

    protected override IBlobStore Store => rig!.Store;

    protected override int Ranges => 20;

    public async ValueTask InitializeAsync() => rig = await RemoteRig.StartAsync(kind, Folder);

    public async ValueTask DisposeAsync()
    {
        if (rig is not null)
        {
            await rig.DisposeAsync();
        }
        Dispose();
    }
}

public sealed class S3BlobStoreTests() : RemoteConformance(RemoteRig.S3);

public sealed class AzureBlobStoreTests() : RemoteConformance(RemoteRig.Azure);
