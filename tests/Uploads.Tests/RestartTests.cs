using Mesh.Blobs;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Mesh.Uploads.Tests.UploadCalls;

namespace Mesh.Uploads.Tests;

/// <summary>What a crash can leave between two steps, and what the next start makes of it.</summary>
public sealed class RestartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Committed_bytes_outlive_the_process()
    {
        using var folder = new TemporaryFolder();
        var bytes = Random(400_000);
        string name;
        await using (var first = await UploadsHost.StartAsync(folder))
        {
            name = (await first.Uploads.CreateAsync()).Name;
            await first.Uploads.WriteAsync(name, bytes[..250_000]);
        }

        await using var second = await UploadsHost.StartAsync(folder);
        Assert.Equal(250_000, (await second.Uploads.GetAsync(name, Cancel)).CommittedBytes);
        await second.Uploads.WriteAsync(name, bytes[250_000..], 250_000);
        Assert.Equal(Sha256(bytes), (await second.Uploads.FinishAsync(name, Sha256(bytes))).Sha256);
    }

    [Fact]
    public async Task A_crash_between_storing_the_blob_and_the_row_loses_nothing()
    {
        using var folder = new TemporaryFolder();
        var bytes = Random(10_000);
        await using var host = await UploadsHost.StartAsync(folder);
        var name = (await host.Uploads.CreateAsync()).Name;
        await host.Uploads.WriteAsync(name, bytes);
        await using (var db = host.OpenDatabase())
        {
            await db.Set<UploadRow>().ExecuteUpdateAsync(set => set.SetProperty(u => u.FinishingSha256, Sha256(bytes)).SetProperty(u => u.State, UploadState.Finishing), Cancel);
        }

        await host.Staging.FinishAsync(name.Split('/')[^1], UploadsHost.Scope, BlobDigest.Parse(Sha256(bytes)), Cancel);
        var upload = await host.Uploads.GetAsync(name, Cancel);
        Assert.Equal((UploadState.Finished, 10_000L), (upload.State, upload.CommittedBytes));
        Assert.Equal(upload, await host.Uploads.FinishAsync(name, Sha256(bytes)));
    }

    [Fact]
    public async Task A_crash_before_the_file_was_made_leaves_an_empty_upload()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var name = (await host.Uploads.CreateAsync()).Name;
        await host.Staging.DeleteAsync(name.Split('/')[^1], Cancel);
        Assert.Equal(0, (await host.Uploads.GetAsync(name, Cancel)).CommittedBytes);
        Assert.Equal(3, (await host.Uploads.WriteAsync(name, [1, 2, 3])).CommittedBytes);
    }

    [Fact]
    public async Task The_next_start_collects_what_a_crash_left_released()
    {
        using var folder = new TemporaryFolder();
        string sha256;
        await using (var first = await UploadsHost.StartAsync(folder))
        {
            sha256 = (await first.Uploads.UploadAsync(Random(100))).Sha256;
            await using var db = first.OpenDatabase();
            await db.Set<UploadRow>().ExecuteDeleteAsync(Cancel);
            await BlobCollector<UploadsDb>.ReleaseAsync(db, "default", [sha256], Cancel);
            await db.SaveChangesAsync(Cancel);
        }

        await using var second = await UploadsHost.StartAsync(folder);
        await Eventually.BecomesTrueAsync(
            async () => await second.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Parse(sha256), Cancel) is null, TimeSpan.FromSeconds(20), "the blob is gone");
    }
}
