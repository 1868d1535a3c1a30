using Grpc.Core;
using Mesh.Blobs;
using Mesh.ServiceDefaults.Errors;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
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
        await host.Collector.CollectAsync("default", Cancel);
        Assert.NotNull(await host.Blobs.StatAsync(UploadsHost.Scope, digest, Cancel));
        await host.Uploads.DeleteAsync(two.Name, Cancel);
        await host.Collector.CollectAsync("default", Cancel);
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
            await host.Collector.CollectAsync("default", Cancel);
            Assert.Null(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Of(bytes), Cancel));
        }
    }

    [Theory, EachDatabase]
    public async Task Deleting_an_upload_while_it_is_finished_leaves_neither_of_them_behind(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        for (var round = 0; round < 20; round++)
        {
            var bytes = Random(1000, seed: round);
            var upload = await host.Uploads.CreateAsync();
            await host.Uploads.WriteAsync(upload.Name, bytes);
            var finishing = Task.Run(() => EndAsync(() => host.Uploads.FinishAsync(upload.Name, Sha256(bytes))), Cancel);
            var deleting = Task.Run(() => EndAsync(() => host.Uploads.DeleteAsync(upload.Name, Cancel)), Cancel);
            await Task.WhenAll(finishing, deleting);
            await EndAsync(() => host.Uploads.DeleteAsync(upload.Name, Cancel));
            await FailsAsync(StatusCode.NotFound, "NOT_FOUND", () => host.Uploads.GetAsync(upload.Name, Cancel));
            await host.Collector.CollectAsync("default", Cancel);
            Assert.Null(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Of(bytes), Cancel));
        }

        // Refused or too late, but never an internal error.
        static async Task EndAsync(Func<Task> call)
        {
            try
            {
                await call();
            }
            catch (MeshException e) when (e.Code is StatusCode.NotFound or StatusCode.Aborted or StatusCode.FailedPrecondition)
            {
            }
        }
    }

    [Theory, EachDatabase]
    public async Task A_finish_that_lost_against_a_delete_says_so_and_its_blob_is_collected(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        var store = new HeldStore(new FileBlobStore(folder.File("blobs")));
        await using var host = await UploadsHost.StartAsync(
            folder, await UploadsHost.ConnectionAsync(database), services => services.AddSingleton<IBlobStore>(store));
        var bytes = Random(1000);
        var upload = await host.Uploads.CreateAsync();
        await host.Uploads.WriteAsync(upload.Name, bytes);
        var finishing = host.Uploads.FinishAsync(upload.Name, Sha256(bytes));
        await store.Held;
        // The bytes are in the store and the upload is not FINISHED yet.
        await using (var db = host.OpenDatabase())
        {
            Assert.Equal(Sha256(bytes), (await db.Set<UploadRow>().SingleAsync(Cancel)).FinishingSha256);
        }

        var deleting = host.Uploads.DeleteAsync(upload.Name, Cancel);
        await Eventually.BecomesTrueAsync(() => deleting.IsCompleted, TimeSpan.FromSeconds(20), "the delete ends");
        store.LetGo();
        await FailsAsync(StatusCode.NotFound, "NOT_FOUND", () => finishing);
        await deleting;
        await host.Collector.CollectAsync("default", Cancel);
        Assert.Null(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Of(bytes), Cancel));
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
