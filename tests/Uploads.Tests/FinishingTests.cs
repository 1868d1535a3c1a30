using Grpc.Core;
using Mesh.Blobs;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Mesh.Uploads.Tests.UploadCalls;

namespace Mesh.Uploads.Tests;

/// <summary>A store that takes longer than any call may: the finish goes on without who asked for it.</summary>
public sealed class FinishingTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_finish_that_is_cut_goes_on_and_others_join_it(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        var store = Slow(folder);
        await using var host = await StartAsync(folder, await UploadsHost.ConnectionAsync(database), store);
        var bytes = Random(10_000);
        var name = (await host.Uploads.CreateAsync(size: bytes.Length)).Name;
        await host.Uploads.WriteAsync(name, bytes);

        using var cut = new CancellationTokenSource();
        var first = host.Uploads.FinishAsync(new FinishUploadRequest { Name = name, Sha256 = Sha256(bytes) }, cut.Token);
        await store.Held;
        await cut.CancelAsync();
        await Task.WhenAny(first);

        var second = await host.Uploads.FinishAsync(name, Sha256(bytes));
        Assert.Equal((UploadState.Finishing, Sha256(bytes), 10_000L), (second.State, second.Sha256, second.CommittedBytes));
        Assert.Equal(second, await host.Uploads.GetAsync(name, Cancel));
        Assert.Equal(name, Assert.Single((await ListAsync(host, UploadState.Finishing)).Uploads).Name);
        await FailsAsync(StatusCode.Aborted, "UPLOAD_BUSY", () => host.Uploads.WriteAsync(name, [1], bytes.Length));
        await FailsAsync(StatusCode.Aborted, "UPLOAD_BUSY", () => host.Uploads.FinishAsync(name, Sha256([1])));
        await FailsAsync(StatusCode.Aborted, "UPLOAD_BUSY", () => host.Uploads.DeleteAsync(name, Cancel));
        var waiting = host.Uploads.PutAsync(name, ContentPart.Whole(null), Stream.Null, null, Cancel);
        Assert.False(waiting.IsCompleted);

        store.LetGo();
        Assert.Equal((UploadState.Finished, Sha256(bytes)), ((await waiting).State, (await waiting).Sha256));
        Assert.Equal(await waiting, await host.Uploads.FinishAsync(name, Sha256(bytes)));
        Assert.Equal(1, store.Imports);
        Assert.Empty(host.Staging.List());
    }

    [Fact]
    public async Task A_store_that_fails_leaves_the_bytes_and_their_hash()
    {
        using var folder = new TemporaryFolder();
        var store = Slow(folder);
        store.Failures = 1;
        store.LetGo();
        await using var host = await UploadsHost.StartAsync(folder, "", services => services.AddSingleton<IBlobStore>(store));
        host.ExpectedErrors = ["The storage failed for"];
        var bytes = Random(10_000);
        var name = (await host.Uploads.CreateAsync()).Name;
        await host.Uploads.WriteAsync(name, bytes);
        await FailsAsync(StatusCode.Unavailable, "STORAGE_FAILED", () => host.Uploads.FinishAsync(name, Sha256(bytes)));
        var upload = await host.Uploads.GetAsync(name, Cancel);
        Assert.Equal((UploadState.Active, 10_000L), (upload.State, upload.CommittedBytes));

        // Were the file read again, these bytes would show.
        var file = folder.File("uploads", "uploads", name.Split('/')[^1]);
        var time = File.GetLastWriteTimeUtc(file);
        await File.WriteAllBytesAsync(file, new byte[bytes.Length], Cancel);
        File.SetLastWriteTimeUtc(file, time);
        Assert.Equal(UploadState.Finished, (await host.Uploads.FinishAsync(name, Sha256(bytes))).State);
        Assert.Equal(2, store.Imports);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_start_goes_on_with_what_a_stop_interrupted(bool isSaid)
    {
        using var folder = new TemporaryFolder();
        var bytes = Random(10_000);
        string name;
        var store = Slow(folder);
        await using (var first = await StartAsync(folder, "", store))
        {
            name = (await first.Uploads.CreateAsync()).Name;
            var putting = first.Uploads.PutAsync(
                name, ContentPart.Whole(null), new MemoryStream(bytes), isSaid ? BlobDigest.Of(bytes) : null, Cancel, TimeSpan.FromMilliseconds(1));
            await store.Held;
            Assert.Equal(UploadState.Finishing, (await putting).State);
        }

        await using var second = await UploadsHost.StartAsync(folder);
        await IsFinishedAsync(second, name);
        Assert.Equal(Sha256(bytes), (await second.Uploads.GetAsync(name, Cancel)).Sha256);
    }

    [Fact]
    public async Task Nothing_is_dropped_by_going_on_with_a_finish_that_names_another_digest()
    {
        using var folder = new TemporaryFolder();
        string name;
        await using (var first = await UploadsHost.StartAsync(folder))
        {
            name = (await first.Uploads.CreateAsync()).Name;
            await first.Uploads.WriteAsync(name, [1, 2, 3]);
            await using var db = first.OpenDatabase();
            await db.Set<UploadRow>().ExecuteUpdateAsync(
                set => set.SetProperty(u => u.State, UploadState.Finishing).SetProperty(u => u.FinishingSha256, Sha256([4])), Cancel);
        }

        await using var second = await UploadsHost.StartAsync(folder);
        await Eventually.BecomesTrueAsync(async () => (await second.Uploads.GetAsync(name, Cancel)).State == UploadState.Active, Soon, "it is given up");
        Assert.Equal(3, (await second.Uploads.GetAsync(name, Cancel)).CommittedBytes);
        Assert.Equal(UploadState.Finished, (await second.Uploads.FinishAsync(name, Sha256([1, 2, 3]))).State);
    }

    [Fact]
    public async Task Another_replica_waits_for_the_finish_and_takes_over_from_one_that_leaves()
    {
        using var folder = new TemporaryFolder();
        var connection = await UploadsHost.ConnectionAsync(DatabaseKind.Postgres);
        var (slow, other) = (Slow(folder), Slow(folder));
        other.LetGo();
        var bytes = Random(10_000);
        await using var b = await StartAsync(folder, connection, other);
        string name;
        await using (var a = await StartAsync(folder, connection, slow))
        {
            name = (await a.Uploads.CreateAsync()).Name;
            await a.Uploads.WriteAsync(name, bytes);
            await a.Uploads.FinishAsync(name, Sha256(bytes));
            await slow.Held;
            Assert.Equal(UploadState.Finishing, (await b.Uploads.GetAsync(name, Cancel)).State);
            Assert.Equal(UploadState.Finishing, (await b.Uploads.FinishAsync(name, Sha256(bytes))).State);
            Assert.Equal(0, other.Imports);
        }

        await IsFinishedAsync(b, name);
        Assert.Equal((1, 1), (slow.Imports, other.Imports));
    }

    [Fact]
    public async Task Bytes_on_their_way_are_not_there_yet_for_who_announces_them_and_hold_up_nobody_else()
    {
        using var folder = new TemporaryFolder();
        var store = Slow(folder);
        await using var host = await StartAsync(folder, "", store);
        var bytes = Random(1000);
        var name = (await host.Uploads.CreateAsync()).Name;
        await host.Uploads.WriteAsync(name, bytes);
        await host.Uploads.FinishAsync(name, Sha256(bytes));
        await store.Held;
        Assert.Equal(UploadState.Active, (await AnnounceAsync(host, Sha256(bytes))).State);
        // The first two digits are those of the other.
        Assert.Equal(UploadState.Active, (await AnnounceAsync(host, Sha256(bytes)[..2] + Sha256([1])[2..]).WaitAsync(TimeSpan.FromSeconds(20), Cancel)).State);
        store.LetGo();
        await IsFinishedAsync(host, name);
        Assert.Equal(UploadState.Finished, (await AnnounceAsync(host, Sha256(bytes))).State);
    }

    /// <summary>Each transfer holds a connection with its lock and needs another one at its end.</summary>
    [Fact]
    public async Task Transfers_wait_for_their_turn_and_not_for_each_others_connections()
    {
        using var folder = new TemporaryFolder();
        var store = Slow(folder);
        await using var host = await UploadsHost.StartAsync(
            folder, await UploadsHost.ConnectionAsync(DatabaseKind.Postgres) + ";Maximum Pool Size=4;Timeout=5", services => services.AddSingleton<IBlobStore>(store),
            ("Uploads:AnswerSeconds", "0.1"), ("Uploads:ParallelFinishes", "2"));
        var names = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var bytes = Random(1000 + i);
            names.Add((await host.Uploads.CreateAsync()).Name);
            await host.Uploads.WriteAsync(names[^1], bytes);
            Assert.Equal(UploadState.Finishing, (await host.Uploads.FinishAsync(names[^1], Sha256(bytes))).State);
        }

        await Eventually.BecomesTrueAsync(() => store.Imports == 2, Soon, "two are on their way");
        Assert.Equal(6, (await ListAsync(host, UploadState.Unspecified)).Uploads.Count);
        store.LetGo();
        foreach (var name in names)
        {
            await IsFinishedAsync(host, name);
        }

        Assert.Equal(6, store.Imports);
    }

    private static HeldStore Slow(TemporaryFolder folder) => new(new FileBlobStore(folder.File("blobs")), before: true);

    private static Task<UploadsHost> StartAsync(TemporaryFolder folder, string connection, HeldStore store) => UploadsHost.StartAsync(
        folder, connection, services => services.AddSingleton<IBlobStore>(store), ("Uploads:AnswerSeconds", "0.1"));

    private static Task IsFinishedAsync(UploadsHost host, string name) => Eventually.BecomesTrueAsync(
        async () => (await host.Uploads.GetAsync(name, Cancel)).State == UploadState.Finished, Soon, "it is finished");

    private static Task<Upload> AnnounceAsync(UploadsHost host, string sha256) => host.Uploads.CreateAsync(
        new CreateUploadRequest { Parent = "projects/default", Upload = new Upload { FileName = "x", Sha256 = sha256 } }, "users/admin", Cancel);

    private static Task<ListUploadsResponse> ListAsync(UploadsHost host, UploadState state) =>
        host.Uploads.ListAsync(new ListUploadsRequest { Parent = "projects/default", State = state }, Cancel);
}
