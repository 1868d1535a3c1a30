using Mesh.Ingest.Storage;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Versions;

public sealed class ColdSweepTests
{
    private const string Versions = $"{Project}/datasets/digits/versions";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Files_that_nobody_reads_move_to_the_cold_store_and_can_still_be_read(DatabaseKind database)
    {
        using var cold = new TemporaryFolder();
        await using var host = await IngestHost.StartAsync(
            database, ("Blobs:Cold:Kind", "file"), ("Blobs:Cold:Folder", cold.Path), ("Ingest:ColdAfterDays", "30"), ("Ingest:ColdSweepMinutes", "0.01"));
        await host.Datasets.CreateAsync("digits");
        var (images, labels) = (Idx.Pair("train", 9)[0], Idx.Pair("train", 9)[1]);
        // The second version has the labels too, and is read now and then.
        var unread = await host.Datasets.CommitAsync("digits", [images, labels]);
        await host.Datasets.CommitAsync("digits", [Idx.Pair("train", 9, seed: 5)[0], labels]);
        Assert.Empty(Blobs(cold.Path));
        await AgeAsync(host, version: 1, days: 31);

        await Eventually.BecomesTrueAsync(
            async () => (await host.Datasets.GetVersionAsync($"{Versions}/1")).ColdTime is not null, TimeSpan.FromSeconds(30), "the version is cold");
        Assert.Equal([Sha256(images.Bytes)], Blobs(cold.Path));
        Assert.DoesNotContain(Sha256(images.Bytes), Blobs(host.BlobFolder));
        Assert.Null((await host.Datasets.GetVersionAsync($"{Versions}/2")).ColdTime);

        var before = (await host.Datasets.GetVersionAsync($"{Versions}/1")).LastReadTime;
        Assert.Equal(9, (await host.Datasets.ReadAsync(unread.Name, "train")).Count);
        Assert.True((await host.Datasets.GetVersionAsync($"{Versions}/1")).LastReadTime.ToDateTime() > before.ToDateTime().AddDays(20));

        // Deleting takes the bytes away wherever they are.
        await host.Datasets.DeleteDatasetVersionAsync(new DeleteDatasetVersionRequest { Name = unread.Name }, cancellationToken: Cancel);
        await Eventually.BecomesTrueAsync(() => !Blobs(cold.Path).Any(), TimeSpan.FromSeconds(30), "the cold blob is deleted");
    }

    [Fact]
    public async Task A_file_that_was_uploaded_again_moves_when_the_upload_is_old_too()
    {
        using var cold = new TemporaryFolder();
        await using var host = await IngestHost.StartAsync(
            DatabaseKind.Sqlite, ("Blobs:Cold:Kind", "file"), ("Blobs:Cold:Folder", cold.Path), ("Ingest:ColdAfterDays", "30"), ("Ingest:ColdSweepMinutes", "0.01"));
        await host.Datasets.CreateAsync("digits");
        var (first, second) = (Idx.Pair("train", 9), Idx.Pair("train", 8, seed: 5));
        await host.Datasets.CommitAsync("digits", first);
        await host.Datasets.CommitAsync("digits", second);
        await using (var db = await host.Services.GetRequiredService<IDbContextFactory<IngestDb>>().CreateDbContextAsync(Cancel))
        {
            // Looked at first, since nobody has read it for longer; its uploads are new.
            var ticks = DateTime.UtcNow.AddDays(-60).Ticks;
            await db.Versions.Where(v => v.Version == 1).ExecuteUpdateAsync(set => set.SetProperty(v => v.LastReadTicks, ticks), Cancel);
            await db.Uploads.Where(u => u.Sha256 == Sha256(second[0].Bytes) || u.Sha256 == Sha256(second[1].Bytes)).ExecuteDeleteAsync(Cancel);
            await db.Versions.Where(v => v.Version == 2).ExecuteUpdateAsync(set => set.SetProperty(v => v.LastReadTicks, ticks + 1), Cancel);
        }

        await Eventually.BecomesTrueAsync(
            async () => (await host.Datasets.GetVersionAsync($"{Versions}/2")).ColdTime is not null, TimeSpan.FromSeconds(30), "the second is cold");
        Assert.Null((await host.Datasets.GetVersionAsync($"{Versions}/1")).ColdTime);
        Assert.Equal(second.Select(f => Sha256(f.Bytes)).Order(), Blobs(cold.Path).Order());

        await AgeAsync(host, version: 1, days: 60);
        await Eventually.BecomesTrueAsync(
            async () => (await host.Datasets.GetVersionAsync($"{Versions}/1")).ColdTime is not null, TimeSpan.FromSeconds(30), "the first is cold");
        Assert.Equal(first.Concat(second).Select(f => Sha256(f.Bytes)).Order(), Blobs(cold.Path).Order());
    }

    /// <summary>A download by its path is a read of the version, one by its digest of every version that has it; once an hour.</summary>
    [Theory, EachDatabase]
    public async Task A_download_is_a_read(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{host.Channel.Target}"), DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        await host.Datasets.CreateAsync("digits");
        // The labels are the same in both.
        var (pair, other) = (Idx.Pair("train", 9), Idx.Pair("train", 9, seed: 5));
        await host.Datasets.CommitAsync("digits", pair);
        await host.Datasets.CommitAsync("digits", [other[0], pair[1]]);
        await host.Datasets.CommitAsync("digits", Idx.Pair("train", 8));
        await AgeAsync(host, 31);

        Assert.True((await http.GetAsync($"/v1/{Versions}/1/files/{pair[0].Name}", Cancel)).IsSuccessStatusCode);
        Assert.Equal("True False False", await ReadLatelyAsync(host));
        await AgeAsync(host, 31);
        Assert.True((await http.GetAsync($"/v1/{Project}/blobs/{Sha256(pair[1].Bytes)}", Cancel)).IsSuccessStatusCode);
        Assert.Equal("True True False", await ReadLatelyAsync(host));

        // Within the hour nothing is written.
        var first = (await host.Datasets.GetVersionAsync($"{Versions}/1")).LastReadTime;
        Assert.True((await http.GetAsync($"/v1/{Project}/blobs/{Sha256(pair[1].Bytes)}", Cancel)).IsSuccessStatusCode);
        Assert.True((await http.GetAsync($"/v1/{Versions}/1/files/{pair[0].Name}", Cancel)).IsSuccessStatusCode);
        Assert.Equal(first, (await host.Datasets.GetVersionAsync($"{Versions}/1")).LastReadTime);
    }

    private static async Task<string> ReadLatelyAsync(IngestHost host)
    {
        var versions = new List<bool>();
        for (var version = 1; version <= 3; version++)
        {
            versions.Add((await host.Datasets.GetVersionAsync($"{Versions}/{version}")).LastReadTime.ToDateTime() > DateTime.UtcNow.AddDays(-1));
        }

        return string.Join(' ', versions);
    }

    private static async Task AgeAsync(IngestHost host, int days)
    {
        for (var version = 1; version <= 3; version++)
        {
            await AgeAsync(host, version, days);
        }
    }

    private static async Task AgeAsync(IngestHost host, int version, int days)
    {
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<IngestDb>>().CreateDbContextAsync(Cancel);
        var ticks = DateTime.UtcNow.AddDays(-days).Ticks;
        await db.Uploads.ExecuteUpdateAsync(set => set.SetProperty(u => u.UsedTicks, ticks), Cancel);
        await db.Database.ExecuteSqlRawAsync(
            db.Database.IsNpgsql() ? "UPDATE ingest.uploads SET \"CreatedTicks\" = {0}" : "UPDATE uploads SET CreatedTicks = {0}", [ticks], Cancel);
        await db.Versions.Where(v => v.Version == version).ExecuteUpdateAsync(set => set.SetProperty(v => v.LastReadTicks, ticks), Cancel);
    }

    private static IEnumerable<string> Blobs(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!).Where(f => f.Length == 64);
}
