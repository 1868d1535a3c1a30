using System.Text;
using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;
using static Mesh.Ingest.V1.DiffDatasetVersionsResponse.Types;

namespace Mesh.Ingest.Tests.Versions;

public sealed class ComparisonTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_and_images_that_came_went_or_changed_are_named()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("pets");
        var before = await host.Datasets.CommitAsync(
            "pets", [("old.zip", Archive.Zip(("cats/1.png", Png.Of(1)), ("cats/2.png", Png.Of(2)), ("dogs/3.png", Png.Of(3)))), ("more/4.png", Png.Of(4))]);
        // In an archive of another name: 1 stays, 2 changes, 3 goes, 5 comes.
        var now = await host.Datasets.CommitAsync(
            "pets", [("new.zip", Archive.Zip(("cats/1.png", Png.Of(1)), ("cats/2.png", Png.Of(20)), ("dogs/5.png", Png.Of(5)))), ("more/4.png", Png.Of(44))]);
        var (files, records, last) = await DiffAsync(host, now.Name, before.Name);
        Assert.Equal([(Change.Changed, "more/4.png"), (Change.Added, "new.zip"), (Change.Removed, "old.zip")], files.Select(f => (f.Change, f.Path)));
        Assert.Equal(new Totals { Added = 1, Removed = 1, Changed = 1 }, last.FileTotals);
        Assert.Equal(new Totals { Added = 1, Removed = 1, Changed = 2, Unchanged = 1 }, last.RecordTotals);
        Assert.Equal(
            [
                (Change.Added, "new.zip:dogs/5.png", ""), (Change.Changed, "more/4.png", "more/4.png"), (Change.Changed, "new.zip:cats/2.png", "old.zip:cats/2.png"),
                (Change.Removed, "", "old.zip:dogs/3.png"),
            ],
            records.Select(r => (r.Change, r.Source, r.BaseSource)).OrderBy(r => r.Change).ThenBy(r => r.Source, StringComparer.Ordinal).Select(r => r)
                .OrderBy(r => r.Change == Change.Added ? 0 : r.Change == Change.Changed ? 1 : 2));
    }

    [Fact]
    public async Task Rows_are_known_by_their_key_or_by_their_content()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("people");
        async Task<string> Commit(string text, string key)
        {
            var upload = await host.Datasets.UploadAsync("p.csv", Encoding.UTF8.GetBytes(text));
            var version = await host.Datasets.CreateDatasetVersionAsync(
                new CreateDatasetVersionRequest { Parent = $"{Project}/datasets/people", Uploads = { upload }, Options = new FormatOptions { KeyColumn = key } }, cancellationToken: Cancel);
            var ended = await host.Datasets.EndAsync(version.Name);
            Assert.Equal(JobState.Succeeded, ended.Status.State);
            return ended.Name;
        }

        var (a, b) = (await Commit("id,v\n1,x\n2,y\n3,z\n", "id"), await Commit("id,v\n2,y\n3,Z\n4,w\n", "id"));
        Assert.Equal(new Totals { Added = 1, Removed = 1, Changed = 1, Unchanged = 1 }, (await DiffAsync(host, b, a)).Last.RecordTotals);
        var (c, d) = (await Commit("id,v\n1,x\n2,y\n3,z\n3,z\n", ""), await Commit("id,v\n2,y\n3,Z\n4,w\n3,z\n", ""));
        Assert.Equal(new Totals { Added = 2, Removed = 2, Unchanged = 2 }, (await DiffAsync(host, d, c)).Last.RecordTotals);
    }

    [Fact]
    public async Task A_key_that_is_there_twice_fails_the_commit()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("people");
        var upload = await host.Datasets.UploadAsync("p.csv", "id,v\n1,x\n2,y\n1,z\n,w\n2,q\n5,a\n6,b\n"u8.ToArray());
        var version = await host.Datasets.CreateDatasetVersionAsync(
            new CreateDatasetVersionRequest { Parent = $"{Project}/datasets/people", Uploads = { upload }, Options = new FormatOptions { KeyColumn = "id" } }, cancellationToken: Cancel);
        var ended = await host.Datasets.EndAsync(version.Name);
        Assert.Equal(("DUPLICATE_KEY", "p.csv#4 has the same id as p.csv#2; 2 records repeat a key."), (ended.Status.Error.Reason, ended.Status.Error.Message));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(host.StateFolder, "work")));
    }

    [Fact]
    public async Task Versions_of_two_datasets_are_not_compared()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("a");
        await host.Datasets.CreateAsync("b");
        var (a, b) = (await host.Datasets.CommitAsync("a", Idx.Pair("train", 3)), await host.Datasets.CommitAsync("b", Idx.Pair("train", 3)));
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => DiffAsync(host, a.Name, b.Name))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => DiffAsync(host, a.Name, a.Name.Replace("/1", "/7")))).Code);
    }

    [Fact]
    public async Task A_damaged_file_is_found_by_hashing_again()
    {
        await using var host = await IngestHost.StartAsync();
        host.ExpectedErrors.Add("storage failed while reading");
        await host.Datasets.CreateAsync("digits");
        var version = await host.Datasets.CommitAsync("digits", Idx.Pair("train", 9));
        Assert.Empty(await VerifyAsync(host, version.Name));
        var labels = version.Files.Single(f => f.Path.Contains("labels"));
        var blob = Directory.EnumerateFiles(host.BlobFolder, labels.Sha256, SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(blob, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, Cancel);
        var problem = Assert.Single(await VerifyAsync(host, version.Name));
        Assert.Equal(labels.Path, problem.Path);
        Assert.Contains("damaged", problem.Description);
    }

    private static async Task<(List<FileChange> Files, List<RecordChange> Records, DiffDatasetVersionsResponse Last)> DiffAsync(IngestHost host, string name, string other)
    {
        using var call = host.Datasets.DiffDatasetVersions(new DiffDatasetVersionsRequest { Name = name, BaseVersion = other, Records = true }, cancellationToken: Cancel);
        var (files, records, last) = (new List<FileChange>(), new List<RecordChange>(), new DiffDatasetVersionsResponse());
        await foreach (var message in call.ResponseStream.ReadAllAsync(Cancel))
        {
            files.AddRange(message.Files);
            records.AddRange(message.Records);
            last = message;
        }

        return ([.. files.OrderBy(f => f.Path, StringComparer.Ordinal)], records, last);
    }

    private static async Task<List<VerifyDatasetVersionResponse.Types.Problem>> VerifyAsync(IngestHost host, string name)
    {
        using var call = host.Datasets.VerifyDatasetVersion(new VerifyDatasetVersionRequest { Name = name }, cancellationToken: Cancel);
        var problems = new List<VerifyDatasetVersionResponse.Types.Problem>();
        await foreach (var message in call.ResponseStream.ReadAllAsync(Cancel))
        {
            problems.AddRange(message.Problems);
        }

        return problems;
    }
}
