using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Imports;

public sealed class S3ImportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_below_a_prefix_become_uploads()
    {
        await using var s3 = await SourceServer.StartAsync();
        s3.RequiredAccessKey = "key";
        foreach (var name in new[] { "photos/a/1.png", "photos/a/2.png", "photos/b.png", "photos/c d+e.png", "photos/empty", "photos2/x", "y" })
        {
            s3.Files[$"data/{name}"] = name.EndsWith("empty", StringComparison.Ordinal) ? [] : Idx.Random(1000, name.Length);
        }

        // What some tools make for a folder.
        s3.Files["data/photos/"] = [];
        await using var host = await StartAsync(s3);
        foreach (var uri in new[] { "s3://data/photos", "s3://data/photos/" })
        {
            var import = await host.Imports.RunAsync(uri);
            Assert.Equal((JobState.Succeeded, 5L), (import.Status.State, import.FileCount));
            Assert.Equal(
                [.. new[] { "a/1.png", "a/2.png", "b.png", "c d+e.png", "empty" }.Select(n => (n, Sha256(s3.Files[$"data/photos/{n}"])))],
                (await host.Datasets.UploadsAsync(import)).Select(u => (u.FileName, u.Sha256)));
        }

        var single = await host.Imports.RunAsync("s3://data/photos/b.png");
        Assert.Equal(["b.png"], (await host.Datasets.UploadsAsync(single)).Select(u => u.FileName));
        var all = await host.Imports.RunAsync("s3://data", "photos*/*");
        Assert.Equal(["photos/b.png", "photos/c d+e.png", "photos/empty", "photos2/x"], (await host.Datasets.UploadsAsync(all)).Select(u => u.FileName));
    }

    [Fact]
    public async Task A_broken_download_goes_on_at_its_byte()
    {
        await using var s3 = await SourceServer.StartAsync();
        var bytes = s3.Files["data/big"] = Idx.Random(3_000_000, 1);
        await using var host = await StartAsync(s3);
        // The first answer to a GET of the object itself; before it comes a HEAD.
        s3.Breaks["data/big"] = new Queue<int>([int.MaxValue, 1_000_000, -1, 700_000]);
        var import = await host.Imports.RunAsync("s3://data/big");
        Assert.Equal(JobState.Succeeded, import.Status.State);
        Assert.Equal(Sha256(bytes), Assert.Single(await host.Datasets.UploadsAsync(import)).Sha256);
        // A broken connection may lose a little of what was on its way.
        var starts = s3.Asked.Where(a => a.Range.Length > 0).Select(a => long.Parse(a.Range["bytes=".Length..^"-2999999".Length])).ToList();
        Assert.Equal(3, starts.Count);
        Assert.True(starts[0] > 0 && starts[1] == starts[0] && starts[2] > starts[1], string.Join(' ', starts));
    }

    [Fact]
    public async Task Bytes_without_their_checksum_are_dropped_and_fetched_again()
    {
        await using var s3 = await SourceServer.StartAsync();
        var bytes = s3.Files["data/x"] = Idx.Random(1_000_000, 1);
        s3.WrongBytes = 2;
        await using var host = await StartAsync(s3);
        var import = await host.Imports.RunAsync("s3://data/x");
        Assert.Equal(JobState.Succeeded, import.Status.State);
        Assert.Equal(Sha256(bytes), Assert.Single(await host.Datasets.UploadsAsync(import)).Sha256);
    }

    [Fact]
    public async Task What_the_store_refuses_is_said()
    {
        await using var s3 = await SourceServer.StartAsync();
        s3.Files["data/x"] = [1];
        await using var host = await StartAsync(s3);
        Assert.Equal("SOURCE_EMPTY", (await host.Imports.RunAsync("s3://data/none")).Status.Error.Reason);
        Assert.Contains("not among the buckets", await host.Imports.RefusedAsync("s3://other/x"));
        Assert.Contains("not among the buckets", await host.Imports.RefusedAsync("s3:///x"));
        s3.RequiredAccessKey = "another";
        var denied = (await host.Imports.RunAsync("s3://data/x")).Status.Error;
        Assert.Equal("SOURCE_DENIED", denied.Reason);
        Assert.DoesNotContain("127.0.0.1", denied.Message);
    }

    [Fact]
    public async Task A_file_that_changed_under_the_import_is_not_mixed()
    {
        await using var s3 = await SourceServer.StartAsync();
        s3.Files["data/x"] = Idx.Random(2_000_000, 1);
        await using var host = await StartAsync(s3);
        s3.Breaks["data/x"] = new Queue<int>([int.MaxValue, 1_000_000, -1, -1]);
        var import = await host.Imports.StartAsync("s3://data/x");
        await Mesh.Tests.Shared.Eventually.BecomesTrueAsync(() => s3.Asked.Count >= 2, TimeSpan.FromSeconds(30), "the copy has begun");
        s3.Files["data/x"] = Idx.Random(2_000_000, 2);
        var ended = await host.Imports.EndAsync(import.Name);
        Assert.Equal((JobState.Failed, "SOURCE_CHANGED"), (ended.Status.State, ended.Status.Error.Reason));
        Assert.StartsWith("x ", ended.Status.Error.Message);
    }

    private static Task<IngestHost> StartAsync(SourceServer s3) => IngestHost.StartAsync(
        settings:
        [
            ("Imports:S3:Endpoint", s3.Address.ToString()), ("Imports:S3:Buckets:0", "data"), ("Imports:S3:AccessKey", "key"), ("Imports:S3:SecretKey", "secret"),
            ("Imports:S3:PathStyle", "true"), ("Imports:RetrySeconds", "0.05"),
        ]);
}
