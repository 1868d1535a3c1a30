using Mesh.Blobs;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Mesh.Uploads.Tests.UploadCalls;

namespace Mesh.Uploads.Tests;

public sealed class ExpiryTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task What_nobody_goes_on_with_goes_away_with_its_bytes(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database), ("Uploads:SweepMinutes", "0.01"));
        var (aborted, going) = (await host.Uploads.CreateAsync(), await host.Uploads.CreateAsync());
        await host.Uploads.WriteAsync(aborted.Name, [1]);
        await host.Uploads.WriteAsync(going.Name, [2]);
        var (unused, used, lately) = (await host.Uploads.UploadAsync([3]), await host.Uploads.UploadAsync([4]), await host.Uploads.UploadAsync([5]));
        var young = await host.Uploads.CreateAsync();

        var (old, now) = (DateTime.UtcNow.AddDays(-8), DateTime.UtcNow);
        await using (var db = host.OpenDatabase())
        {
            await TouchAsync(used, old.Ticks);
            await TouchAsync(lately, now.Ticks);
            File.SetLastWriteTimeUtc(folder.File("uploads", "uploads", IdOf(aborted)), old);
            var youngId = IdOf(young);
            await db.Set<UploadRow>().Where(u => u.UploadId != youngId).ExecuteUpdateAsync(set => set.SetProperty(u => u.CreatedTicks, old.Ticks), Cancel);

            Task TouchAsync(Upload upload, long ticks)
            {
                var id = IdOf(upload);
                return db.Set<UploadRow>().Where(u => u.UploadId == id).ExecuteUpdateAsync(set => set.SetProperty(u => u.UsedTicks, ticks), Cancel);
            }
        }

        await Eventually.BecomesTrueAsync(async () => (await ListAsync(host)).Count == 3, Soon, "three uploads expire");
        Assert.Equal(new[] { going.Name, lately.Name, young.Name }.Order(), (await ListAsync(host)).Select(u => u.Name).Order());
        Assert.Equal(new[] { IdOf(going), IdOf(young) }.Order(), host.Staging.List().Select(s => s.Id).Order());
        await Eventually.BecomesTrueAsync(
            async () => await host.Blobs.ListAsync(UploadsHost.Scope, Cancel).CountAsync(Cancel) == 1, Soon, "their blobs go");
        Assert.NotNull(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Parse(lately.Sha256), Cancel));
        Assert.DoesNotContain(unused.Name, (await ListAsync(host)).Select(u => u.Name));
    }

    [Theory, EachDatabase]
    public async Task An_upload_that_is_gone_can_be_sent_again_by_the_same_request(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var first = await host.Uploads.CreateAsync(requestId: "r-1");
        await host.Uploads.DeleteAsync(first.Name, Cancel);
        var again = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.Uploads.CreateAsync(requestId: "r-1"), Cancel)));
        var second = Assert.Single(again.Select(u => u.Name).Distinct());
        Assert.NotEqual(first.Name, second);
    }

    [Fact]
    public async Task A_project_lists_its_uploads_in_pages()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            names.Add((await host.Uploads.CreateAsync()).Name);
        }

        await host.Uploads.WriteAsync(names[0], [1, 2, 3]);
        var first = await host.Uploads.ListAsync(new ListUploadsRequest { Parent = "projects/default", PageSize = 3 }, Cancel);
        var rest = await host.Uploads.ListAsync(new ListUploadsRequest { Parent = "projects/default", PageToken = first.NextPageToken }, Cancel);
        Assert.Equal((3, 2, ""), (first.Uploads.Count, rest.Uploads.Count, rest.NextPageToken));
        Assert.Equal(names.Order(StringComparer.Ordinal), [.. first.Uploads.Concat(rest.Uploads).Select(u => u.Name)]);
        Assert.Equal(3, first.Uploads.Concat(rest.Uploads).Single(u => u.Name == names[0]).CommittedBytes);
    }

    private static string IdOf(Upload upload) => upload.Name.Split('/')[^1];

    private static async Task<IReadOnlyList<Upload>> ListAsync(UploadsHost host) =>
        (await host.Uploads.ListAsync(new ListUploadsRequest { Parent = "projects/default" }, Cancel)).Uploads;
}
