using Google.Protobuf;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;

namespace Mesh.Gateway.Tests.Routing;

/// <summary>Measures memory, and so runs while nothing else does.</summary>
[Collection(Alone.Name)]
public class UploadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_of_50_MB_passes_without_being_kept()
    {
        await using var rig = await IngestRig.StartAsync(settings: new Dictionary<string, string> { ["Gateway:MaxBodyBytes"] = $"{1024 * 1024}" });
        var chunk = ByteString.CopyFrom(new byte[64 * 1024]);
        using var call = rig.Datasets.WriteUpload(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new WriteUploadRequest { Name = "projects/p/uploads/u", Data = chunk }, Cancel);
        await Eventually.BecomesTrueAsync(() => rig.Service.Uploading == 1, GatewayRig.Patience, "the upload streams before it ends");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = before;
        const int Chunks = 800;
        for (var i = 1; i < Chunks; i++)
        {
            await call.RequestStream.WriteAsync(new WriteUploadRequest { Offset = (long)i * chunk.Length, Data = chunk }, Cancel);
            if (i % 100 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
            }
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal((long)Chunks * chunk.Length, (await call).CommittedBytes);
        // Client, gateway and service share this process; the whole body alone would be 52 MB.
        Assert.InRange(most - before, 0, 10_000_000);
    }
}
