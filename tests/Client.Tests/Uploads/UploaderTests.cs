using System.Security.Cryptography;
using Grpc.Core;
using Mesh.Client;
using Mesh.Client.Errors;
using Mesh.Client.Tests.Support;
using Mesh.Client.Uploads;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;

namespace Mesh.Client.Tests.Uploads;

public sealed class UploaderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Arrives_whole_however_often_and_wherever_it_breaks(bool messages)
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer { LostAnswers = 5 });
        using var mesh = server.Client();
        var uploads = messages ? new Uploader(UploadTarget.Datasets(mesh.Datasets), TimeSpan.FromSeconds(30)) : mesh.DatasetUploads;

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async seed =>
        {
            var random = new Random(seed);
            var content = Bytes(random, random.Next(1, 3_000_000));
            var breaks = Enumerable.Range(0, random.Next(1, 5)).Select(_ => (random.Next(0, content.Length), (Break)random.Next(3)));
            var name = $"file-{seed}";
            server.Service.Plans[name] = new(breaks);

            var upload = await uploads.SendAsync("projects/p", name, new MemoryStream(content), $"r-{seed}", cancel: Cancel);

            Assert.Equal(UploadState.Finished, upload.State);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), upload.Sha256);
            Assert.Equal(content, server.Service.Of(name).Bytes);
        }));
    }

    [Fact]
    public async Task Rides_out_a_restart_of_the_server()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();
        var content = Bytes(new Random(1), 2_000_000);
        var slow = new PausingStream(content, pauseAt: 1_000_000);

        var sending = mesh.DatasetUploads.SendAsync("projects/p", "a", slow, "r", cancel: Cancel);
        await slow.Reached.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await server.StopAsync();
        slow.Resume();
        await server.StartAsync();

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), (await sending).Sha256);
    }

    [Fact]
    public async Task Another_process_goes_on_where_the_first_stopped()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        var content = Bytes(new Random(2), 4_000_000);
        server.Service.Plans["a"] = new([(3_000_000, Break.Unavailable)]);
        using (var first = server.Client(patience: TimeSpan.Zero))
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            var progress = new Sink(value => { if (value >= 3_000_000) stop.Cancel(); });
            await Assert.ThrowsAnyAsync<Exception>(() => first.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(content), "r", progress, stop.Token));
        }

        await Eventually.BecomesTrueAsync(() => !server.Service.Writing, TimeSpan.FromSeconds(30), "the server is done with what arrived");
        var committed = server.Service.Of("a").Bytes.Count;
        var before = server.Service.Received;
        using var second = server.Client();
        var upload = await second.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(content), "r", cancel: Cancel);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), upload.Sha256);
        Assert.Equal(content.Length - committed, server.Service.Received - before);
        Assert.True(committed > 0);
    }

    [Fact]
    public async Task Sends_an_empty_file()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();

        var upload = await mesh.DatasetUploads.SendAsync("projects/p", "empty", new MemoryStream(), "r", cancel: Cancel);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([])), upload.Sha256);
    }

    [Fact]
    public async Task Reports_all_bytes_at_the_end()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();
        var last = 0L;

        await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(new byte[1_234_567]), "r", new Sink(value => last = value), Cancel);

        Assert.Equal(1_234_567, last);
    }

    [Fact]
    public async Task Refuses_once()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();

        var refused = await Assert.ThrowsAsync<MeshApiException>(
            () => mesh.DatasetUploads.SendAsync("projects/p", "../a", new MemoryStream([1]), "r", cancel: Cancel));

        Assert.Equal(new FieldViolation("upload.file_name", "must not lead out of the dataset."), Assert.Single(refused.Violations));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2_000_000)]
    public async Task Another_content_under_the_same_request_becomes_an_upload_of_its_own(int size)
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();
        var (one, other) = (Bytes(new Random(1), size), Bytes(new Random(2), size));
        var first = await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(one), "r", cancel: Cancel);
        var second = await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(other), "r", cancel: Cancel);
        var before = server.Service.Received;

        Assert.Equal((Sha256(one), Sha256(other)), (first.Sha256, second.Sha256));
        // Whoever sends either again finds it.
        Assert.Equal(first, await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(one), "r", cancel: Cancel));
        Assert.Equal(second, await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(other), "r", cancel: Cancel));
        Assert.Equal(before, server.Service.Received);
    }

    [Fact]
    public async Task What_another_content_has_begun_under_the_same_request_is_left_alone()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();
        var begun = await BeginAsync(mesh, server.Service, "r", 2_000_000, new byte[1_500_000]);
        var content = Bytes(new Random(4), 2_000_000);

        var upload = await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(content), "r", cancel: Cancel);

        Assert.NotEqual(begun, upload.Name);
        Assert.Equal(Sha256(content), upload.Sha256);
        Assert.Equal(new byte[1_500_000], server.Service.Named(begun).Bytes);
    }

    [Fact]
    public async Task A_finish_that_goes_on_is_waited_for_longer_than_the_patience()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer { Finishing = new([false, true, true, false, true, false]) });
        // None: only what works in between allows a second failure.
        using var mesh = server.Client(patience: TimeSpan.Zero);

        var upload = await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream([1, 2, 3]), "r", cancel: Cancel);

        Assert.Equal((UploadState.Finished, 0), (upload.State, server.Service.Finishing.Count));
    }

    [Fact]
    public async Task Gives_up_when_its_patience_is_at_its_end()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client(patience: TimeSpan.FromSeconds(1));
        await server.StopAsync();

        var away = await Assert.ThrowsAsync<MeshApiException>(
            () => mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream([1]), "r", cancel: Cancel));

        Assert.Equal(StatusCode.Unavailable, away.StatusCode);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(3_000_000)]
    public async Task Sends_nothing_that_the_project_has(int size)
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer { LostAnswers = 1 });
        using var mesh = server.Client();
        var content = Bytes(new Random(3), size);
        server.Service.Known[Convert.ToHexStringLower(SHA256.HashData(content))] = size;
        var last = 0L;

        var upload = await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(content), "r", new Sink(value => last = value), Cancel);

        Assert.Equal((UploadState.Finished, 0L, (long)size), (upload.State, server.Service.Received, last));
    }

    [Fact]
    public async Task Sends_what_only_has_the_size_of_something_known()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();
        server.Service.Known["ab"] = 3_000_000;
        var content = Bytes(new Random(3), 3_000_000);

        var upload = await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(content), "r", cancel: Cancel);

        Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(content)), 3_000_000L), (upload.Sha256, server.Service.Received));
    }

    [Fact]
    public async Task Goes_on_with_the_first_upload_that_was_begun_with_the_same_content()
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();
        var content = Bytes(new Random(4), 2_000_000);
        var other = await BeginAsync(mesh, server.Service, "other", content.Length, new byte[1_800_000]);
        var fits = await BeginAsync(mesh, server.Service, "fits", content.Length, content[..1_500_000]);
        var shorter = await BeginAsync(mesh, server.Service, "shorter", content.Length, content[..100]);

        var upload = await mesh.DatasetUploads.SendAsync(
            "projects/p", "a", new MemoryStream(content), "r", goOnWith: [$"{fits}-gone", other, fits, shorter], cancel: Cancel);

        Assert.Equal((fits, Sha256(content), 500_000L), (upload.Name, upload.Sha256, server.Service.Received));
        Assert.Equal(new byte[1_800_000], server.Service.Named(other).Bytes);
        Assert.Equal(100, server.Service.Named(shorter).Bytes.Count);
    }

    [Theory]
    [InlineData(1_500_000)]
    [InlineData(2_000_000)]
    public async Task Leaves_alone_what_was_begun_with_something_else_of_the_same_name_and_size(int there)
    {
        await using var server = await GrpcServer<UploadServer>.StartAsync(new UploadServer());
        using var mesh = server.Client();
        var content = Bytes(new Random(4), 2_000_000);
        var begun = await BeginAsync(mesh, server.Service, "other", content.Length, new byte[there]);

        var upload = await mesh.DatasetUploads.SendAsync("projects/p", "a", new MemoryStream(content), "r", goOnWith: [begun], cancel: Cancel);

        Assert.NotEqual(begun, upload.Name);
        Assert.Equal((Sha256(content), 2_000_000L), (upload.Sha256, server.Service.Received));
        Assert.Equal(new byte[there], server.Service.Named(begun).Bytes);
        Assert.False(server.Service.Named(begun).Finished);
    }

    /// <returns>The name of an ACTIVE upload with these bytes.</returns>
    private static async Task<string> BeginAsync(MeshClient mesh, UploadServer server, string requestId, long size, byte[] bytes)
    {
        var create = new CreateUploadRequest { Parent = "projects/p", Upload = new Upload { FileName = "a", SizeBytes = size }, RequestId = requestId };
        var upload = await mesh.Datasets.CreateUploadAsync(create, cancellationToken: Cancel);
        server.Named(upload.Name).Bytes.AddRange(bytes);
        return upload.Name;
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private sealed class Sink(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
