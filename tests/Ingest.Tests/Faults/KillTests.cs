using Google.Protobuf;
using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Faults;

/// <summary>The real process, killed by SIGKILL at work. What it acknowledged is there after the restart.</summary>
public sealed class KillTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase(OneInShortRuns = true)]
    public async Task A_kill_while_writing_keeps_the_committed_bytes(DatabaseKind database)
    {
        await using var scene = await Scene.StartAsync(database);
        var bytes = Idx.Random(96 * 1024 * 1024, 1);
        var upload = await scene.Ingest.Datasets.StartUploadAsync("big.bin", bytes.Length, "r-1");
        var sending = SendAsync(scene.Ingest.Datasets, upload.Name, bytes);
        long acknowledged = 0;
        await Eventually.BecomesTrueAsync(
            async () => (acknowledged = (await scene.Ingest.Datasets.GetUploadAsync(upload.Name)).CommittedBytes) > 0, TimeSpan.FromSeconds(60), "bytes are committed");
        await scene.RestartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);

        Assert.Equal(upload.Name, (await scene.Ingest.Datasets.StartUploadAsync("big.bin", bytes.Length, "r-1")).Name);
        var kept = (await scene.Ingest.Datasets.GetUploadAsync(upload.Name)).CommittedBytes;
        Assert.InRange(kept, acknowledged, bytes.Length);
        if (kept > 0)
        {
            Assert.Equal("OFFSET_MISMATCH", (await FailsAsync(() => scene.Ingest.Datasets.WriteAsync(upload.Name, bytes.AsMemory(0, 1)))).Reason);
        }

        await scene.Ingest.Datasets.WriteAsync(upload.Name, bytes.AsMemory((int)kept), kept);
        Assert.Equal(UploadState.Finished, (await scene.Ingest.Datasets.FinishAsync(upload.Name, Sha256(bytes))).State);
    }

    [Theory, EachDatabase(OneInShortRuns = true)]
    public async Task A_kill_while_committing_delays_the_version_and_loses_nothing(DatabaseKind database)
    {
        await using var scene = await Scene.StartAsync(database);
        var datasets = scene.Ingest.Datasets;
        await datasets.CreateAsync("digits", "r-d");
        DatasetVersion ended;
        var count = 1_000_000;
        do
        {
            // A machine may be so fast that the version is ready before the kill; then with more.
            count *= 2;
            var uploads = new List<string>();
            foreach (var (name, bytes) in Idx.Pair("train", count))
            {
                uploads.Add(await datasets.UploadAsync(name, bytes));
            }

            var version = await datasets.StartVersionAsync("digits", uploads, requestId: $"r-{count}");
            await Eventually.BecomesTrueAsync(
                async () => (await datasets.GetVersionAsync(version.Name)).Status.Attempt == 1, TimeSpan.FromSeconds(30), "the commit runs");
            await scene.RestartAsync();
            datasets = scene.Ingest.Datasets;
            Assert.Equal(version.Name, (await datasets.StartVersionAsync("digits", uploads, requestId: $"r-{count}")).Name);
            ended = await datasets.EndAsync(version.Name);
        }
        while (ended.Status.Attempt == 1 && count < 16_000_000);

        Assert.Equal((JobState.Succeeded, 2), (ended.Status.State, ended.Status.Attempt));
        Assert.Equal(count, ended.Splits.Single().RecordCount);
        Assert.Equal(2, (await datasets.ReadAsync(ended.Name, "train", count - 2)).Count);
    }

    [Fact]
    public async Task A_second_process_on_the_same_files_does_not_start()
    {
        await using var scene = await Scene.StartAsync(DatabaseKind.Sqlite);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => scene.StartAnotherAsync());
        Assert.Contains("in use by another process", error.Message);
    }

    private static async Task SendAsync(DatasetService.DatasetServiceClient datasets, string name, byte[] bytes)
    {
        const int Chunk = 512 * 1024;
        using var call = datasets.WriteUpload(cancellationToken: Cancel);
        for (var at = 0; at < bytes.Length; at += Chunk)
        {
            await call.RequestStream.WriteAsync(new WriteUploadRequest { Name = name, Offset = at, Data = ByteString.CopyFrom(bytes, at, Math.Min(Chunk, bytes.Length - at)) }, Cancel);
        }

        // Not completed: the answer is to be that the service is gone.
        await call.ResponseAsync;
    }

    private sealed class Scene(TemporaryFolder folder, ProjectSeam projects, string connection) : IAsyncDisposable
    {
        public IngestProcess Ingest { get; private set; } = null!;

        public static async Task<Scene> StartAsync(DatabaseKind database)
        {
            var connection = database == DatabaseKind.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : "";
            var scene = new Scene(new TemporaryFolder(), await ProjectSeam.StartAsync(), connection);
            scene.Ingest = await scene.StartAnotherAsync();
            return scene;
        }

        public Task<IngestProcess> StartAnotherAsync() =>
            IngestProcess.StartAsync(folder.Path, projects.Address, connection, Cancel);

        public async Task RestartAsync()
        {
            await Ingest.KillAsync(Cancel);
            await Ingest.DisposeAsync();
            Ingest = await StartAnotherAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Ingest.DisposeAsync();
            await projects.DisposeAsync();
            folder.Dispose();
        }
    }
}
