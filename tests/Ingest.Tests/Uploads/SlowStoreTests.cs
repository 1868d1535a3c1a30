using System.Text.Json;
using Mesh.Client;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Uploads;

/// <summary>Blobs in S3, and a transfer there that takes longer than any call; all of it processes.</summary>
public sealed class SlowStoreTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transfer_goes_on_whoever_waits_and_after_the_service_was_killed()
    {
        await using var s3 = await HeldS3.StartAsync();
        await using var mesh = await MeshPair.StartAsync(DatabaseKind.Sqlite, [("Uploads__AnswerSeconds", "0.3"), .. s3.Settings]);
        var (one, other) = (Idx.Random(1_000_000, 1), Idx.Random(1_200_000, 2));
        var file = mesh.Folder.File("x.bin");
        await File.WriteAllBytesAsync(file, one, Cancel);

        var sent = await Curl.RunAsync("-T", file, $"{mesh.Gateway.Http}v1/{Project}/files/x.bin");
        Assert.Equal((202, "UPLOAD_STATE_FINISHING"), (sent.Status, JsonDocument.Parse(sent.Body).RootElement.GetProperty("state").GetString()));
        var place = sent.Headers.Split('\n').Single(h => h.StartsWith("Location: ", StringComparison.OrdinalIgnoreCase)).Trim()["Location: /".Length..];
        Assert.Equal(202, (await AskAsync(mesh, place)).Status);

        using var client = new MeshClient(new MeshClientOptions { Address = mesh.Gateway.Grpc, Patience = TimeSpan.FromSeconds(60) });
        var sending = client.DatasetUploads.SendAsync(Project, "y.bin", new MemoryStream(other), "r", cancel: Cancel);
        await Eventually.BecomesTrueAsync(() => s3.Waiting == 2, Soon, "both are on their way");
        Assert.False(sending.IsCompleted);
        await mesh.RestartIngestAsync();
        await Eventually.BecomesTrueAsync(() => s3.Waiting == 2, Soon, "both are on their way again");
        Assert.Equal(202, (await AskAsync(mesh, place)).Status);
        Assert.False(sending.IsCompleted);
        Assert.Empty(s3.Blobs);

        s3.LetGo();
        var finished = await sending;
        Assert.Equal((UploadState.Finished, Sha256(other)), (finished.State, finished.Sha256));
        await Eventually.BecomesTrueAsync(async () => (await AskAsync(mesh, place)).Status == 200, Soon, "the first is finished too");
        Assert.Equal(new Dictionary<string, long> { [Sha256(one)] = one.Length, [Sha256(other)] = other.Length }, s3.Blobs);
        Assert.Empty(Directory.GetFiles(mesh.Folder.File("state", "ingest", "uploads"), "upload-*"));
    }

    private static Task<Curl> AskAsync(MeshPair mesh, string place) => Curl.RunAsync($"{mesh.Gateway.Http}{place}/content");
}
