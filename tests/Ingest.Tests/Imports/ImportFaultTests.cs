using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Imports;

/// <summary>Imports whose service dies, or that are cancelled; the services are processes.</summary>
public sealed class ImportFaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase(OneInShortRuns = true)]
    public async Task A_killed_service_goes_on_where_it_stopped(DatabaseKind database)
    {
        await using var web = await SourceServer.StartAsync();
        var names = Enumerable.Range(0, 6).Select(i => $"{i}.bin").ToArray();
        foreach (var (index, name) in names.Index())
        {
            web.Files[$"data/{name}"] = Idx.Random(1_000_000, index);
        }

        // The last falls silent in the middle, so that the import is still there to be killed.
        web.Breaks["data/5.bin"] = new Queue<int>([-2]);
        await using var mesh = await MeshPair.StartAsync(
            database, ("Imports__S3__Endpoint", web.Address.ToString()), ("Imports__S3__Buckets__0", "*"), ("Imports__S3__PathStyle", "true"), ("Imports__ParallelFiles", "2"));
        var import = await mesh.Ingest.Imports.StartAsync("s3://data", requestId: "r-1");
        await Eventually.BecomesTrueAsync(
            async () => (await mesh.Ingest.Imports.GetAsync(import.Name)).FinishedFileCount == 5, TimeSpan.FromSeconds(60), "five files are there");
        await mesh.RestartIngestAsync();
        Assert.Equal(import.Name, (await mesh.Ingest.Imports.StartAsync("s3://data", requestId: "r-1")).Name);
        var ended = await mesh.Ingest.Imports.EndAsync(import.Name);
        Assert.Equal((JobState.Succeeded, 2, 6L), (ended.Status.State, ended.Status.Attempt, ended.FinishedFileCount));
        Assert.Equal(names.Select(n => (n, Sha256(web.Files[$"data/{n}"]))), (await mesh.Ingest.Datasets.UploadsAsync(ended)).Select(u => (u.FileName, u.Sha256)));
        // Nothing that was finished was fetched again.
        Assert.All(names[..5], name => Assert.Single(web.Asked, a => a.Path == $"data/{name}"));
        Assert.Equal(6, (await mesh.Ingest.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads.Count);
    }

    [Fact]
    public async Task A_cancelled_import_keeps_what_is_finished_and_drops_the_rest()
    {
        await using var web = await SourceServer.StartAsync();
        (web.Files["data/a"], web.Files["data/b"]) = (Idx.Random(1000, 1), Idx.Random(1_000_000, 2));
        web.Breaks["data/b"] = new Queue<int>([-2, -2]);
        await using var host = await IngestHost.StartAsync(
            settings: [("Imports:S3:Endpoint", web.Address.ToString()), ("Imports:S3:Buckets:0", "*"), ("Imports:S3:PathStyle", "true"), ("Imports:LeaseSeconds", "2")]);
        var import = await host.Imports.StartAsync("s3://data");
        await Eventually.BecomesTrueAsync(async () => (await host.Imports.GetAsync(import.Name)).FinishedFileCount == 1, TimeSpan.FromSeconds(30), "a file is there");
        var (_, reason, _) = await FailsAsync(async () => await host.Imports.DeleteImportAsync(new DeleteImportRequest { Name = import.Name }, cancellationToken: Cancel));
        Assert.Equal("IMPORT_RUNNING", reason);
        Assert.Equal(1, (await host.Tenancy.CountResourcesAsync(new Mesh.Common.V1.CountResourcesRequest { Name = Project }, cancellationToken: Cancel)).Counts["imports"]);
        Assert.Equal(JobState.Cancelling, (await host.Imports.CancelImportAsync(new CancelImportRequest { Name = import.Name }, cancellationToken: Cancel)).Status.State);
        var ended = await host.Imports.EndAsync(import.Name);
        Assert.Equal((JobState.Cancelled, 1L, 2L), (ended.Status.State, ended.FinishedFileCount, ended.FileCount));
        await Eventually.BecomesTrueAsync(
            async () => (await host.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads is [{ FileName: "a", State: UploadState.Finished }],
            TimeSpan.FromSeconds(30), "half a file is dropped");
    }

    [Fact]
    public async Task A_command_imports_and_makes_a_version()
    {
        await using var web = await SourceServer.StartAsync();
        foreach (var (name, bytes) in Idx.Pair("train", 300))
        {
            web.Files[$"data/digits/{name}"] = bytes;
        }

        web.Files["data/digits/README.md"] = [1];
        await using var mesh = await MeshPair.StartAsync(
            settings: [("Imports__S3__Endpoint", web.Address.ToString()), ("Imports__S3__Buckets__0", "data"), ("Imports__S3__PathStyle", "true")]);
        var output = await MeshCommand.RunAsync(mesh.Gateway, "dataset", "import", "digits", "s3://data/digits", "--include", "*-ubyte*");
        Assert.Contains("splits    train 300", output);
        Assert.Matches(@"\nimport-\w+  succeeded  2 of 2  .*s3://data/digits", await MeshCommand.RunAsync(mesh.Gateway, "import", "list"));
        using var refused = MeshCommand.Start(mesh.Gateway, "dataset", "import", "digits", "file:///etc");
        Assert.Contains("import.source_uri: Files of this machine may not be imported here (Imports:FileRoots).", await refused.StandardError.ReadToEndAsync(Cancel));
    }
}
