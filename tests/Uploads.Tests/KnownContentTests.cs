using Grpc.Core;
using Mesh.Blobs;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Mesh.Uploads.Tests.UploadCalls;

namespace Mesh.Uploads.Tests;

/// <summary>Bytes that a project has already are not sent again.</summary>
public sealed class KnownContentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task An_upload_of_bytes_that_the_project_has_is_finished_at_once(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var bytes = Random(100_000);
        var first = await host.Uploads.UploadAsync(bytes);

        var second = await CreateAsync(host, "default", "other name", bytes.Length, Sha256(bytes), "r-1");
        Assert.Equal((UploadState.Finished, Sha256(bytes), (long)bytes.Length, "other name"), (second.State, second.Sha256, second.CommittedBytes, second.FileName));
        Assert.Equal(second, await CreateAsync(host, "default", "other name", bytes.Length, Sha256(bytes), "r-1"));
        Assert.Equal(second, await host.Uploads.FinishAsync(second.Name, Sha256(bytes)));
        Assert.Equal(second, await host.Uploads.GetAsync(second.Name, Cancel));
        Assert.Equal(UploadState.Finished, (await CreateAsync(host, "default", "x", 0, Sha256(bytes))).State);
        Assert.Equal(UploadState.Active, (await CreateAsync(host, "default", "x", 1, Sha256(bytes))).State);

        await host.Uploads.DeleteAsync(first.Name, Cancel);
        await host.Collector.CollectAsync("default", Cancel);
        Assert.NotNull(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Of(bytes), Cancel));
    }

    [Theory, EachDatabase]
    public async Task What_something_else_refers_to_is_known_and_what_nothing_does_is_not(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var bytes = Random(1000);
        var upload = await host.Uploads.UploadAsync(bytes);
        await using var db = host.OpenDatabase();
        db.Add(new UserRow { Project = "default", Sha256 = Sha256(bytes), Bytes = bytes.Length });
        await db.SaveChangesAsync(Cancel);
        await host.Uploads.DeleteAsync(upload.Name, Cancel);
        var known = await CreateAsync(host, "default", "x", bytes.Length, Sha256(bytes));
        Assert.Equal(UploadState.Finished, known.State);
        Assert.True((await CreateAsync(host, "default", "x", bytes.Length)).SizeSeen);

        await db.Users.ExecuteDeleteAsync(Cancel);
        await host.Uploads.DeleteAsync(known.Name, Cancel);
        Assert.Equal(UploadState.Active, (await CreateAsync(host, "default", "x", bytes.Length, Sha256(bytes))).State);
        Assert.False((await CreateAsync(host, "default", "x", bytes.Length)).SizeSeen);
    }

    [Fact]
    public async Task Nobody_learns_what_another_project_has()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var bytes = Random(1000);
        await host.Uploads.UploadAsync(bytes);
        var other = await CreateAsync(host, "other", "x", bytes.Length, Sha256(bytes));
        Assert.Equal((UploadState.Active, 0L, false), (other.State, other.CommittedBytes, other.SizeSeen));
        Assert.False((await CreateAsync(host, "other", "x", bytes.Length)).SizeSeen);
        await FailsAsync(StatusCode.FailedPrecondition, "SIZE_MISMATCH", () => host.Uploads.FinishAsync(other.Name, Sha256(bytes)));
    }

    [Fact]
    public async Task An_upload_that_was_begun_ends_without_its_bytes_when_they_are_known()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var bytes = Random(5000);
        await host.Uploads.UploadAsync(bytes);
        var begun = await CreateAsync(host, "default", "x", bytes.Length);
        Assert.True(begun.SizeSeen);
        await host.Uploads.WriteAsync(begun.Name, bytes[..10]);
        await FailsAsync(StatusCode.FailedPrecondition, "SIZE_MISMATCH", () => host.Uploads.FinishAsync(begun.Name, Sha256(Random(5000, seed: 2))));
        Assert.Equal((UploadState.Finished, 5000L), await StateAsync(host.Uploads.FinishAsync(begun.Name, Sha256(bytes))));
        Assert.Empty(host.Staging.List());
    }

    [Fact]
    public async Task What_was_announced_must_come()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var bytes = Random(1000);
        var upload = await CreateAsync(host, "default", "x", bytes.Length, Sha256(bytes));
        Assert.Equal((UploadState.Active, Sha256(bytes)), (upload.State, upload.Sha256));
        await host.Uploads.WriteAsync(upload.Name, bytes);
        await FailsAsync(StatusCode.FailedPrecondition, "DIGEST_MISMATCH", () => host.Uploads.FinishAsync(upload.Name, Sha256([1])));
        Assert.Equal((UploadState.Finished, 1000L), await StateAsync(host.Uploads.FinishAsync(upload.Name, Sha256(bytes))));
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => CreateAsync(host, "default", "x", 1, "ABC"));
    }

    [Theory, EachDatabase]
    public async Task Announcing_and_deleting_the_same_bytes_at_once_never_leaves_an_upload_without_its_blob(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var bytes = Random(1000);
        var finished = 0;
        for (var round = 0; round < 12; round++)
        {
            var old = await host.Uploads.UploadAsync(bytes);
            var announcing = Enumerable.Range(0, 3).Select(_ => Task.Run(() => CreateAsync(host, "default", "x", bytes.Length, Sha256(bytes)), Cancel)).ToList();
            await Task.WhenAll([.. announcing, Task.Run(() => host.Uploads.DeleteAsync(old.Name, Cancel), Cancel)]);
            await host.Collector.CollectAsync("default", Cancel);
            var known = (await Task.WhenAll(announcing)).Where(u => u.State == UploadState.Finished).ToList();
            finished += known.Count;
            Assert.Equal(known.Count > 0, await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Of(bytes), Cancel) is not null);
            await Task.WhenAll((await Task.WhenAll(announcing)).Select(u => host.Uploads.DeleteAsync(u.Name, Cancel)));
            await host.Collector.CollectAsync("default", Cancel);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{finished} of 36 were known");
    }

    private static Task<Upload> CreateAsync(UploadsHost host, string project, string name, long bytes, string sha256 = "", string requestId = "") => host.Uploads.CreateAsync(
        new CreateUploadRequest { Parent = $"projects/{project}", Upload = new Upload { FileName = name, SizeBytes = bytes, Sha256 = sha256 }, RequestId = requestId },
        "users/admin", Cancel);

    private static async Task<(UploadState, long)> StateAsync(Task<Upload> finishing)
    {
        var upload = await finishing;
        return (upload.State, upload.CommittedBytes);
    }
}
