using Mesh.Blobs.Remote;
using Mesh.Blobs.Tests.Remote;
using Mesh.Blobs.Tests.Servers;
using Mesh.Blobs.Tiers;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Blobs.Tests.Options;

public sealed class BlobRegistrationTests : IDisposable
{
    private static readonly BlobScope Scope = new("ingest", "default");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blobs_are_files_in_the_state_folder_by_default()
    {
        using var host = BlobHost.Build(folder, []);
        await host.StartAsync(Cancellation);
        var store = host.Services.GetRequiredService<IBlobStore>();
        Assert.IsType<FileBlobStore>(store);
        var digest = (await store.WriteAsync(Scope, new MemoryStream([1]), null, Cancellation)).Digest;
        Assert.True(File.Exists(folder.File("blobs", "ingest", "default", digest.Hex[..2], digest.Hex)));
        Assert.False(Directory.Exists(folder.File("blob-cache")));
        await host.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData(RemoteRig.S3)]
    [InlineData(RemoteRig.Azure)]
    public async Task A_remote_store_is_made_of_its_settings_with_a_cache_in_the_state_folder(string kind)
    {
        var prefix = $"tests/{Guid.NewGuid():N}";
        using var host = BlobHost.Build(folder, await SettingsAsync(kind, "", prefix));
        await host.StartAsync(Cancellation);
        var store = Assert.IsType<RemoteBlobStore>(host.Services.GetRequiredService<IBlobStore>());
        var digest = (await store.WriteAsync(Scope, new MemoryStream([1, 2]), null, Cancellation)).Digest;
        using var local = await store.OpenLocalAsync(Scope, digest, Cancellation);
        Assert.Equal(folder.File("blob-cache", "ingest", "default", digest.Hex[..2], digest.Hex), local.Path);
        // Where another process with the same settings looks for it.
        await using var rig = await RemoteRig.StartAsync(kind, folder);
        Assert.Equal(2, await rig.Storage.SizeAsync($"{prefix}/ingest/default/{digest.Hex[..2]}/{digest.Hex}", Cancellation));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_cold_store_makes_tiers()
    {
        (string, string)[] cold = await SettingsAsync(RemoteRig.S3, "Cold:", $"tests/{Guid.NewGuid():N}");
        using var host = BlobHost.Build(folder, cold);
        var store = Assert.IsType<TieredBlobStore>(host.Services.GetRequiredService<IBlobStore>());
        var digest = (await store.WriteAsync(Scope, new MemoryStream([7]), null, Cancellation)).Digest;
        var file = folder.File("blobs", "ingest", "default", digest.Hex[..2], digest.Hex);
        Assert.True(File.Exists(file));
        await store.MoveToColdAsync(Scope, digest, () => Task.FromResult(true), Cancellation);
        Assert.False(File.Exists(file));
        using var local = await store.OpenLocalAsync(Scope, digest, Cancellation);
        Assert.Equal([7], await File.ReadAllBytesAsync(local.Path, Cancellation));
    }

    [Fact]
    public async Task What_killed_processes_left_of_uploads_is_discarded_when_a_service_starts()
    {
        await using var rig = await RemoteRig.StartAsync(RemoteRig.S3, folder);
        var content = Bytes.Random(RemoteRig.PartBytes + 1);
        await File.WriteAllBytesAsync(folder.File("content"), content, Cancellation);
        using var file = File.OpenHandle(folder.File("content"), options: FileOptions.Asynchronous);
        var key = rig.Key(Scope, BlobDigest.Of(content));
        await rig.Storage.StageAsync(key, file, PartPlan.For(content.Length, RemoteRig.PartBytes), Cancellation);
        var uploads = Path.Combine((await S3Server.StartAsync()).Folder, S3Server.Bucket, "._S3rver_uploads");
        var begun = Directory.GetFiles(uploads, "key", SearchOption.AllDirectories).Single(path => File.ReadAllText(path) == key);
        File.SetLastWriteTimeUtc(begun, DateTime.UtcNow.AddDays(-2));

        var logs = new LogCollector();
        using var host = BlobHost.Build(folder, await SettingsAsync(RemoteRig.S3, "", rig.Prefix), logs);
        await host.StartAsync(Cancellation);
        await Eventually.BecomesTrueAsync(() => logs.Entries.Any(entry => entry.Id.Id == 3), TimeSpan.FromSeconds(30), "the upload is discarded");
        Assert.False(File.Exists(begun));
        await host.StopAsync(Cancellation);
    }

    public void Dispose() => folder.Dispose();

    private static async Task<(string, string)[]> SettingsAsync(string kind, string tier, string prefix)
    {
        if (kind == RemoteRig.S3)
        {
            var s3 = S3Server.Options((await S3Server.StartAsync()).Address, prefix);
            return
            [
                (tier + "Kind", "s3"), (tier + "S3:Endpoint", s3.Endpoint), (tier + "S3:Bucket", s3.Bucket), (tier + "S3:Prefix", prefix),
                (tier + "S3:PathStyle", "true"), (tier + "S3:AccessKey", s3.AccessKey), (tier + "S3:SecretKey", s3.SecretKey),
            ];
        }
        var azure = AzureServer.Options((await AzureServer.StartAsync()).Address, prefix);
        return
        [
            (tier + "Kind", "azure"), (tier + "Azure:ConnectionString", azure.ConnectionString), (tier + "Azure:Container", azure.Container),
            (tier + "Azure:Prefix", prefix),
        ];
    }
}
