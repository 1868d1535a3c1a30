using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Versions;

public sealed class VersionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Versions_count_up_however_many_are_made_at_once(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var uploads = await Task.WhenAll(Idx.Pair("train", 9).Select(f => datasets.UploadAsync(f.Name, f.Bytes)));
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => datasets.StartVersionAsync("digits", uploads)));
        Assert.Equal(Enumerable.Range(1, 8), versions.Select(v => int.Parse(v.Name.Split('/')[^1])).Order());
        var ended = await Task.WhenAll(versions.Select(v => datasets.EndAsync(v.Name)));
        Assert.All(ended, v => Assert.Equal(JobState.Succeeded, v.Status.State));
        Assert.Single(ended.Select(v => v.Digest).Distinct());

        var request = new ListDatasetVersionsRequest { Parent = $"{Project}/datasets/digits", PageSize = 5 };
        var page = await datasets.ListDatasetVersionsAsync(request, cancellationToken: Cancel);
        request.PageToken = page.NextPageToken;
        var rest = await datasets.ListDatasetVersionsAsync(request, cancellationToken: Cancel);
        Assert.Equal(Enumerable.Range(1, 8).Select(i => $"{Project}/datasets/digits/versions/{i}"), page.Versions.Concat(rest.Versions).Select(v => v.Name));
        Assert.Equal("", rest.NextPageToken);
        Assert.Equal(ended.Single(v => v.Name == page.Versions[0].Name), page.Versions[0]);
        Assert.Equal(["7", "8"], await datasets.ListAsync("digits", after: 6));
        Assert.Empty(await datasets.ListAsync("digits", after: 8));
    }

    [Fact]
    public async Task A_page_of_large_versions_is_cut_to_what_a_message_takes()
    {
        await using var host = await IngestHost.StartAsync();
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var uploads = await Task.WhenAll(Idx.Pair("train", 9).Select(f => datasets.UploadAsync(f.Name, f.Bytes)));
        // 10,000 names of 60 characters: 0.6 MiB a version.
        string[] labels = [.. Enumerable.Range(0, 10_000).Select(i => $"{i:000000}{new string('x', 54)}")];
        for (var i = 0; i < 8; i++)
        {
            await datasets.EndAsync((await datasets.StartVersionAsync("digits", uploads, labels: labels)).Name);
        }

        var names = new List<string>();
        var request = new ListDatasetVersionsRequest { Parent = $"{Project}/datasets/digits" };
        do
        {
            var page = await datasets.ListDatasetVersionsAsync(request, cancellationToken: Cancel);
            Assert.InRange(page.CalculateSize(), 1, 3 * 1024 * 1024);
            names.AddRange(page.Versions.Select(v => v.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(Enumerable.Range(1, 8).Select(i => $"{Project}/datasets/digits/versions/{i}"), names);
    }

    [Theory, EachDatabase]
    public async Task A_create_sent_again_returns_the_first_version(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var uploads = await Task.WhenAll(Idx.Pair("train", 9).Select(f => datasets.UploadAsync(f.Name, f.Bytes)));
        var versions = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => datasets.StartVersionAsync("digits", uploads, requestId: "r-1")));
        Assert.Single(versions.Select(v => v.Name).Distinct());
        await datasets.EndAsync(versions[0].Name);
        Assert.Equal(JobState.Succeeded, (await datasets.StartVersionAsync("digits", uploads, requestId: "r-1")).Status.State);
        Assert.Equal(2, int.Parse((await datasets.StartVersionAsync("digits", uploads)).Name.Split('/')[^1]));
    }

    [Fact]
    public async Task Only_finished_uploads_of_the_project_become_a_version()
    {
        await using var host = await IngestHost.StartAsync();
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var finished = await datasets.UploadAsync("a.zip", Archive.Zip(("a/1.png", Png.Of(1))));
        var twin = await datasets.UploadAsync("a.zip", [1]);
        var active = (await datasets.StartUploadAsync("b.zip")).Name;
        async Task<(StatusCode, string)> Of(string dataset, params string[] uploads)
        {
            var (code, reason, _) = await FailsAsync(() => datasets.StartVersionAsync(dataset, uploads));
            return (code, reason);
        }

        var invalid = (StatusCode.InvalidArgument, "INVALID_ARGUMENT");
        Assert.Equal(invalid, await Of("digits"));
        Assert.Equal(invalid, await Of("digits", "a.zip"));
        Assert.Equal(invalid, await Of("digits", finished.Replace("default", "other")));
        Assert.Equal(invalid, await Of("digits", finished, finished));
        Assert.Equal(invalid, await Of("digits", finished, twin));
        Assert.Equal((StatusCode.FailedPrecondition, "UPLOAD_NOT_FINISHED"), await Of("digits", finished, active));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), await Of("digits", $"{Project}/uploads/upload-1"));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), await Of("unknown", finished));
        var (labels, _, error) = await FailsAsync(() => datasets.StartVersionAsync("digits", [finished], labels: ["a", "b\n"]));
        Assert.Equal((StatusCode.InvalidArgument, "label_names[1]"), (labels, error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field));
        // Nothing of this took a number.
        Assert.EndsWith("/versions/1", (await datasets.StartVersionAsync("digits", [finished])).Name);
    }

    [Theory, EachDatabase]
    public async Task A_failed_version_says_why_and_cannot_be_read(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("pets");
        var version = await datasets.CommitAsync("pets", [("pets.zip", Archive.Zip(("cats/1.png", Png.Of(1)), ("../../evil.png", Png.Of(2))))]);
        Assert.Equal((JobState.Failed, "UNSAFE_NAME"), (version.Status.State, version.Status.Error.Reason));
        Assert.Contains("../../evil.png", version.Status.Error.Message);
        Assert.Equal("pets.zip", version.Files.Single().Path);
        var (code, reason, _) = await FailsAsync(() => datasets.ReadAsync(version.Name, "all"));
        Assert.Equal((StatusCode.FailedPrecondition, "VERSION_NOT_READY"), (code, reason));
        Assert.Equal("", (await datasets.GetDatasetAsync(new GetDatasetRequest { Name = $"{Project}/datasets/pets" }, cancellationToken: Cancel)).LatestVersion);
    }

    [Fact]
    public async Task A_damaged_blob_fails_the_version()
    {
        await using var host = await IngestHost.StartAsync();
        host.ExpectedErrors.Add("broke off");
        await host.Datasets.CreateAsync("digits");
        var uploads = await Task.WhenAll(Idx.Pair("train", 9).Select(f => host.Datasets.UploadAsync(f.Name, f.Bytes)));
        var blob = Path.Combine(host.BlobFolder, "ingest", "default");
        foreach (var file in Directory.EnumerateFiles(blob, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f).Length == 64))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancel);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, Cancel);
        }

        var version = await host.Datasets.EndAsync((await host.Datasets.StartVersionAsync("digits", uploads)).Name);
        Assert.Equal((JobState.Failed, "DATA_LOSS"), (version.Status.State, version.Status.Error.Reason));
    }
}
