using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Versions;

public sealed class TagTests
{
    private const string Versions = $"{Project}/datasets/digits/versions";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Tags_move_from_version_to_version_and_find_them(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        await datasets.CommitAsync("digits", Idx.Pair("train", 3));
        await datasets.CommitAsync("digits", Idx.Pair("train", 4));
        var first = await UpdateAsync(datasets, 1, ["production", "good"], "Counted\nby hand.");
        Assert.Equal(["good", "production"], first.Tags);
        Assert.Equal("Counted\nby hand.", first.Notes);
        Assert.Equal(["production"], (await UpdateAsync(datasets, 2, ["production"], null)).Tags);
        Assert.Equal(["good"], (await datasets.GetVersionAsync($"{Versions}/1")).Tags);
        Assert.Equal($"{Versions}/2", (await datasets.GetVersionAsync($"{Versions}/production")).Name);
        Assert.Equal($"{Versions}/1", (await datasets.GetVersionAsync($"{Versions}/good")).Name);
        Assert.Equal(["2"], await datasets.ListAsync("digits", tag: "production"));
        Assert.Empty(await datasets.ListAsync("digits", after: 2, tag: "production"));
        Assert.Empty(await datasets.ListAsync("digits", tag: "unknown"));
        Assert.Equal($"{Versions}/2", (await datasets.GetVersionAsync($"{Versions}/latest")).Name);
        Assert.Equal("Counted\nby hand.", (await datasets.GetVersionAsync($"{Versions}/1")).Notes);

        // Tags go with their version, and one by one.
        await datasets.DeleteDatasetVersionAsync(new DeleteDatasetVersionRequest { Name = $"{Versions}/2" }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => datasets.GetVersionAsync($"{Versions}/production"))).Code);
        Assert.Equal($"{Versions}/1", (await datasets.GetVersionAsync($"{Versions}/latest")).Name);
        Assert.Empty((await UpdateAsync(datasets, 1, [], null, "good", "nothing")).Tags);
    }

    [Fact]
    public async Task What_is_no_tag_is_refused_and_names_its_field()
    {
        await using var host = await IngestHost.StartAsync();
        var datasets = host.Datasets;
        await datasets.CreateAsync("digits");
        await datasets.CommitAsync("digits", Idx.Pair("train", 3));
        Task<DatasetVersion> Tag(params string[] tags) => UpdateAsync(datasets, 1, tags, null);
        foreach (var (tags, field) in new (string[], string)[]
        {
            (["Ok"], "add_tags[0]"), (["a", "1"], "add_tags[1]"), (["latest"], "add_tags[0]"), (["a", "a"], "add_tags[1]"),
        })
        {
            var (code, _, error) = await FailsAsync(() => Tag(tags));
            Assert.Equal((StatusCode.InvalidArgument, field), (code, error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field));
        }

        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => UpdateAsync(datasets, 1, [], null))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => UpdateAsync(datasets, 9, ["a"], null))).Code);
    }

    private static async Task<DatasetVersion> UpdateAsync(DatasetService.DatasetServiceClient datasets, int version, string[] tags, string? notes, params string[] remove)
    {
        var request = new UpdateDatasetVersionRequest { Name = $"{Versions}/{version}", AddTags = { tags }, RemoveTags = { remove } };
        if (notes is not null)
        {
            request.Notes = notes;
        }

        return await datasets.UpdateDatasetVersionAsync(request, cancellationToken: Cancel);
    }
}
