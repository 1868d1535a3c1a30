using Grpc.Core;
using Mesh.Ingest.Storage;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Mesh.Uploads;
using Mesh.Uploads.V1;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Versions;

public sealed class DeleteVersionTests
{
    private const string Holder = "projects/default/processedDatasets/p-1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_pinned_version_stays_until_its_holders_let_go(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var version = await datasets.CommitAsync("digits", Idx.Pair("train", 9));
        async Task Pin(string holder) => await datasets.PinDatasetVersionAsync(new PinDatasetVersionRequest { Name = version.Name, Holder = holder }, cancellationToken: Cancel);
        async Task Unpin(string holder) => await datasets.UnpinDatasetVersionAsync(new UnpinDatasetVersionRequest { Name = version.Name, Holder = holder }, cancellationToken: Cancel);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Pin(Holder)));
        await Pin(Holder + "2");

        var (code, reason, error) = await FailsAsync(() => DeleteAsync(datasets, version.Name));
        Assert.Equal((StatusCode.FailedPrecondition, "VERSION_PINNED"), (code, reason));
        Assert.Contains($"{Holder}, {Holder}2", error.Status.Detail);
        await Unpin(Holder);
        await Unpin(Holder);
        Assert.Equal("VERSION_PINNED", (await FailsAsync(() => DeleteAsync(datasets, version.Name))).Reason);
        await Unpin(Holder + "2");
        await DeleteAsync(datasets, version.Name);

        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => datasets.GetVersionAsync(version.Name))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => Pin(Holder))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => Pin("someone"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => Pin("projects/other/runs/r"))).Code);
    }

    [Theory, EachDatabase]
    public async Task Blobs_go_with_the_last_version_or_upload_that_has_them(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var uploads = await Task.WhenAll(Idx.Pair("train", 9).Select(f => datasets.UploadAsync(f.Name, f.Bytes)));
        var one = await datasets.EndAsync((await datasets.StartVersionAsync("digits", uploads)).Name);
        var two = await datasets.EndAsync((await datasets.StartVersionAsync("digits", uploads)).Name);
        await DeleteAsync(datasets, one.Name);
        await CollectAsync(host);
        Assert.Equal(2, Blobs(host));
        foreach (var upload in uploads)
        {
            await datasets.DeleteUploadAsync(new DeleteUploadRequest { Name = upload }, cancellationToken: Cancel);
        }

        await CollectAsync(host);
        Assert.Equal(2, Blobs(host));
        Assert.Equal(9, (await datasets.ReadAsync(two.Name, "train")).Count);
        await DeleteAsync(datasets, two.Name);
        await Eventually.BecomesTrueAsync(() => Blobs(host) == 0, TimeSpan.FromSeconds(20), "the blobs are collected");
        // Its number is not used again.
        var again = await datasets.CommitAsync("digits", Idx.Pair("train", 9));
        Assert.EndsWith("/versions/3", again.Name);
    }

    [Theory, EachDatabase]
    public async Task The_uploads_that_became_versions_go_with_the_last_of_them(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var uploads = await Task.WhenAll(Idx.Pair("train", 9).Select(f => datasets.UploadAsync(f.Name, f.Bytes)));
        var one = await datasets.EndAsync((await datasets.StartVersionAsync("digits", uploads)).Name);
        var two = await datasets.EndAsync((await datasets.StartVersionAsync("digits", uploads)).Name);
        var unused = await datasets.UploadAsync("train-labels-idx1-ubyte", Idx.Pair("train", 9)[1].Bytes);
        async Task<IEnumerable<string>> ListAsync() =>
            (await datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads.Select(u => u.Name).Order();
        await DeleteAsync(datasets, one.Name);
        Assert.Equal(uploads.Append(unused).Order(), await ListAsync());
        await DeleteAsync(datasets, two.Name);
        Assert.Equal([unused], await ListAsync());
        await Eventually.BecomesTrueAsync(() => Blobs(host) == 1, TimeSpan.FromSeconds(20), "the blob without an upload is collected");
        Assert.Equal(9, (await datasets.CommitAsync("digits", Idx.Pair("train", 9))).Splits.Single().RecordCount);
    }

    [Theory, EachDatabase]
    public async Task A_version_can_be_deleted_while_it_is_made(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var files = Idx.Pair("train", 50_000, gzip: true);
        // Of these no version is made, so they keep the blobs.
        await Task.WhenAll(files.Select(f => datasets.UploadAsync(f.Name, f.Bytes)));
        for (var i = 0; i < 5; i++)
        {
            var uploads = await Task.WhenAll(files.Select(f => datasets.UploadAsync(f.Name, f.Bytes)));
            var version = await datasets.StartVersionAsync("digits", uploads);
            await DeleteAsync(datasets, version.Name);
            Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => datasets.EndAsync(version.Name))).Code);
        }

        await CollectAsync(host);
        Assert.Equal(2, Blobs(host));
    }

    private static Task CollectAsync(IngestHost host) =>
        host.Services.GetRequiredService<BlobCollector<IngestDb>>().CollectAsync("default", Cancel);

    private static async Task DeleteAsync(DatasetService.DatasetServiceClient datasets, string version) =>
        await datasets.DeleteDatasetVersionAsync(new DeleteDatasetVersionRequest { Name = version }, cancellationToken: Cancel);

    private static int Blobs(IngestHost host) =>
        Directory.EnumerateFiles(Path.Combine(host.BlobFolder, "ingest"), "*", SearchOption.AllDirectories).Count(f => Path.GetFileName(f).Length == 64);
}
