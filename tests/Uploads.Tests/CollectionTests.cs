using Grpc.Core;
using Mesh.Blobs;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Mesh.Uploads.Tests.UploadCalls;

namespace Mesh.Uploads.Tests;

public sealed class CollectionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_blob_goes_with_the_last_thing_that_refers_to_it(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var bytes = Random(1000);
        var digest = BlobDigest.Of(bytes);
        var (one, two) = (await host.Uploads.UploadAsync(bytes), await host.Uploads.UploadAsync(bytes));
        await using (var db = host.OpenDatabase())
        {
            db.Add(new UserRow { Project = "default", Sha256 = digest.Hex });
            await db.SaveChangesAsync(Cancel);
        }

        await host.Uploads.DeleteAsync(one.Name, Cancel);
        await FailsAsync(StatusCode.NotFound, "NOT_FOUND", () => host.Uploads.DeleteAsync(one.Name, Cancel));
        Assert.NotNull(await host.Blobs.StatAsync(UploadsHost.Scope, digest, Cancel));
        await host.Uploads.DeleteAsync(two.Name, Cancel);
        Assert.NotNull(await host.Blobs.StatAsync(UploadsHost.Scope, digest, Cancel));

        await using (var db = host.OpenDatabase())
        {
            await db.Users.ExecuteDeleteAsync(Cancel);
            await BlobCollector<UploadsDb>.ReleaseAsync(db, "default", [digest.Hex], Cancel);
            await db.SaveChangesAsync(Cancel);
        }

        await host.Collector.CollectAsync("default", Cancel);
        Assert.Null(await host.Blobs.StatAsync(UploadsHost.Scope, digest, Cancel));
    }

    [Theory, EachDatabase]
    public async Task Finishing_and_deleting_the_same_content_at_once_never_leaves_an_upload_without_its_blob(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var bytes = Random(1000);
        for (var round = 0; round < 12; round++)
        {
            var old = await host.Uploads.UploadAsync(bytes);
            var uploading = Enumerable.Range(0, 3).Select(_ => Task.Run(() => host.Uploads.UploadAsync(bytes), Cancel)).ToList();
            await Task.WhenAll([.. uploading, Task.Run(() => host.Uploads.DeleteAsync(old.Name, Cancel), Cancel)]);
            Assert.NotNull(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Of(bytes), Cancel));
            await Task.WhenAll(uploading.Select(async upload => await host.Uploads.DeleteAsync((await upload).Name, Cancel)));
            Assert.Null(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Of(bytes), Cancel));
        }
    }

    [Fact]
    public async Task Deleting_an_unfinished_upload_removes_its_bytes()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var upload = await host.Uploads.CreateAsync();
        await host.Uploads.WriteAsync(upload.Name, Random(1000));
        Assert.Single(host.Staging.List());
        await host.Uploads.DeleteAsync(upload.Name, Cancel);
        Assert.Empty(host.Staging.List());
        await FailsAsync(StatusCode.NotFound, "NOT_FOUND", () => host.Uploads.GetAsync(upload.Name, Cancel));
    }
}
