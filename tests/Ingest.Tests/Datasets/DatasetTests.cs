using Grpc.Core;
using Mesh.Common.V1;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Datasets;

public sealed class DatasetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_dataset_is_created_listed_and_deleted(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        foreach (var id in new[] { "cats", "birds", "a-b", "ab", "dogs" })
        {
            var created = await datasets.CreateAsync(id);
            Assert.Equal(($"{Project}/datasets/{id}", "users/admin", ""), (created.Name, created.Creator, created.LatestVersion));
        }

        var (first, second) = (new ListDatasetsRequest { Parent = Project, PageSize = 3 }, new ListDatasetsRequest { Parent = Project, PageSize = 3 });
        var page = await datasets.ListDatasetsAsync(first, cancellationToken: Cancel);
        second.PageToken = page.NextPageToken;
        var rest = await datasets.ListDatasetsAsync(second, cancellationToken: Cancel);
        Assert.Equal(["a-b", "ab", "birds", "cats", "dogs"], page.Datasets.Concat(rest.Datasets).Select(d => d.Name.Split('/')[^1]));
        Assert.Equal("", rest.NextPageToken);

        await datasets.DeleteDatasetAsync(new DeleteDatasetRequest { Name = $"{Project}/datasets/ab" }, cancellationToken: Cancel);
        var (code, _, _) = await FailsAsync(async () => await datasets.GetDatasetAsync(new GetDatasetRequest { Name = $"{Project}/datasets/ab" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.NotFound, code);
    }

    [Theory, EachDatabase]
    public async Task A_create_happens_once(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var first = await host.Datasets.CreateAsync("cats", "r-1");
        Assert.Equal(first, await host.Datasets.CreateAsync("cats", "r-1"));
        Assert.Equal(StatusCode.AlreadyExists, (await FailsAsync(() => host.Datasets.CreateAsync("cats", "r-2"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Datasets.CreateAsync("dogs", "r-1"))).Code);
    }

    [Fact]
    public async Task Names_and_projects_are_checked()
    {
        await using var host = await IngestHost.StartAsync();
        foreach (var id in new[] { "", "Cats", "1cat", "a/b", "..", new string('a', 64), "cat\n" })
        {
            Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Datasets.CreateAsync(id))).Code);
        }

        async Task<(StatusCode, string)> InProject(string project)
        {
            var request = new CreateDatasetRequest { Parent = project, DatasetId = "cats" };
            var (code, reason, _) = await FailsAsync(async () => await host.Datasets.CreateDatasetAsync(request, cancellationToken: Cancel));
            return (code, reason);
        }

        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), await InProject("projects/unknown"));
        Assert.Equal((StatusCode.FailedPrecondition, "PROJECT_DELETING"), await InProject("projects/leaving"));
        Assert.Equal((StatusCode.InvalidArgument, "INVALID_ARGUMENT"), await InProject("default"));
    }

    [Theory, EachDatabase]
    public async Task A_dataset_with_versions_stays_and_counts(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        var version = await datasets.CommitAsync("digits", Idx.Pair("train", 5));
        await datasets.StartUploadAsync("unfinished.bin");
        var counts = await host.Tenancy.CountResourcesAsync(new CountResourcesRequest { Name = Project }, cancellationToken: Cancel);
        Assert.Equal((1L, 1L), (counts.Counts["datasets"], counts.Counts["uploads"]));
        var latest = await datasets.GetDatasetAsync(new GetDatasetRequest { Name = $"{Project}/datasets/digits" }, cancellationToken: Cancel);
        Assert.Equal(version.Name, latest.LatestVersion);

        var delete = new DeleteDatasetRequest { Name = $"{Project}/datasets/digits" };
        var (code, reason, _) = await FailsAsync(async () => await datasets.DeleteDatasetAsync(delete, cancellationToken: Cancel));
        Assert.Equal((StatusCode.FailedPrecondition, "DATASET_NOT_EMPTY"), (code, reason));
        await datasets.DeleteDatasetVersionAsync(new DeleteDatasetVersionRequest { Name = version.Name }, cancellationToken: Cancel);
        await datasets.DeleteDatasetAsync(delete, cancellationToken: Cancel);
    }

    /// <summary>Addresses of versions are cached for ever, and triggers remember the number they have seen.</summary>
    [Theory, EachDatabase]
    public async Task A_dataset_that_is_created_again_does_not_use_version_numbers_again(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        var delete = new DeleteDatasetRequest { Name = $"{Project}/datasets/digits" };
        var names = new List<string>();
        foreach (var versions in new[] { 2, 0, 1, 1 })
        {
            await datasets.CreateAsync("digits");
            for (var i = 0; i < versions; i++)
            {
                var version = await datasets.CommitAsync("digits", Idx.Pair("train", 5));
                names.Add(version.Name);
                await datasets.DeleteDatasetVersionAsync(new DeleteDatasetVersionRequest { Name = version.Name }, cancellationToken: Cancel);
            }

            await datasets.DeleteDatasetAsync(delete, cancellationToken: Cancel);
        }

        Assert.Equal(["1", "2", "3", "4"], names.Select(n => n.Split('/')[^1]));
        // Others begin at 1.
        await datasets.CreateAsync("letters");
        Assert.EndsWith("/1", (await datasets.CommitAsync("letters", Idx.Pair("train", 5))).Name);
    }
}
