using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Grpc.Core;
using Mesh.Client;
using Mesh.Client.Errors;
using Mesh.Client.Uploads;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Faults;

/// <summary>A disk that is full, for real: the service's state lies on a file system of 40 MB that only it sees.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_that_fills_the_disk_says_so_and_goes_on_when_there_is_room()
    {
        Assert.SkipUnless(await CanMountAsync(), "unshare cannot make a mount namespace here.");
        await using var mesh = await MeshPair.StartOnSmallDiskAsync(40);
        // What others keep on the disk.
        var others = mesh.OnSmallDisk("others");
        await File.WriteAllBytesAsync(others, new byte[20_000_000], Cancel);
        var bytes = Idx.Random(30_000_000, 1);
        mesh.Ingest.ExpectedErrors.Add("The storage failed for");

        var upload = await mesh.Ingest.Datasets.StartUploadAsync("big.bin", bytes.Length);
        using var client = new MeshClient(new MeshClientOptions { Address = mesh.Gateway.Grpc, Patience = TimeSpan.FromSeconds(10) });
        foreach (var uploads in new[] { client.DatasetUploads, new Uploader(UploadTarget.Datasets(client.Datasets), TimeSpan.FromSeconds(10)) })
        {
            var full = await Assert.ThrowsAsync<MeshApiException>(
                () => uploads.SendAsync(Project, "big.bin", new MemoryStream(bytes), "r", goOnWith: [upload.Name], cancel: Cancel));
            Assert.Equal((StatusCode.ResourceExhausted, "STORAGE_FULL"), (full.StatusCode, full.Reason));
            Assert.DoesNotContain(mesh.Folder.Path, full.Status.Detail);
        }

        using var http = new HttpClient { BaseAddress = mesh.Gateway.Http };
        using var whole = await http.PutAsync($"v1/{Project}/files/other.bin", new ByteArrayContent(bytes), Cancel);
        Assert.Equal(HttpStatusCode.InsufficientStorage, whole.StatusCode);
        Assert.Equal("STORAGE_FULL", JsonDocument.Parse(await whole.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
        Assert.Equal(upload.Name, Assert.Single((await mesh.Ingest.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads).Name);
        Assert.False(Directory.Exists(mesh.OnSmallDisk("blobs", "ingest")));

        File.Delete(others);
        var kept = (int)(await mesh.Ingest.Datasets.GetUploadAsync(upload.Name)).CommittedBytes;
        Assert.InRange(kept, 0, bytes.Length - 1);
        var finished = await client.DatasetUploads.SendAsync(Project, "big.bin", new MemoryStream(bytes), "r", goOnWith: [upload.Name], cancel: Cancel);
        Assert.Equal((upload.Name, UploadState.Finished, Sha256(bytes)), (finished.Name, finished.State, finished.Sha256));
    }

    private static async Task<bool> CanMountAsync()
    {
        using var probe = Process.Start(new ProcessStartInfo("unshare", ["-rm", "sh", "-c", "mount -t tmpfs none /mnt"]) { RedirectStandardError = true })!;
        await probe.WaitForExitAsync(Cancel);
        return probe.ExitCode == 0;
    }
}
