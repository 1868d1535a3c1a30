using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Models;

public sealed class VersionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_version_keeps_what_its_bundle_and_its_maker_say(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        var bytes = TestBundle.Bytes(seed: 1);
        var lineage = new Lineage
        {
            DatasetVersion = "projects/default/datasets/d/versions/1", PipelineRun = "projects/default/pipelineRuns/r",
            ProcessedDataset = "projects/default/processedDatasets/p", TrainingRun = "projects/default/trainingRuns/t", CodeVersion = "0.1.0",
        };
        var request = new CreateModelVersionRequest
        {
            Parent = $"{Project}/models/m", Upload = await host.Models.UploadAsync(bytes), Lineage = lineage, Alias = "production",
            Metrics = { ["test_accuracy"] = 0.1 + 0.2, ["loss"] = 1e-300 },
        };
        var created = await host.Models.CreateModelVersionAsync(request, cancellationToken: Cancel);
        Assert.Equal($"{Project}/models/m/versions/1", created.Name);
        Assert.Equal(TestBundle.Sha256(bytes), created.BundleSha256);
        Assert.Equal(bytes.Length, created.BundleSizeBytes);
        Assert.Equal("image-classification", created.Signature.Task);
        Assert.Equal(new TensorSpec { Name = "input", Datatype = "FP32", Shape = { -1, 1, 28, 28 } }, Assert.Single(created.Signature.Inputs));
        Assert.Equal(new TensorSpec { Name = "logits", Datatype = "FP32", Shape = { -1, 2 } }, Assert.Single(created.Signature.Outputs));
        Assert.Equal(TestBundle.Labels, created.Labels);
        Assert.Equal(lineage, created.Lineage);
        Assert.Equal(0.1 + 0.2, created.Metrics["test_accuracy"]);
        Assert.Equal(1e-300, created.Metrics["loss"]);
        Assert.Equal(["production"], created.Aliases);
        Assert.Equal("users/admin", created.Creator);
        Assert.Equal(created, await host.Models.GetModelVersionAsync(new GetModelVersionRequest { Name = created.Name }, cancellationToken: Cancel));
        var model = await host.Models.GetAsync("m");
        Assert.Equal((1, 1), (model.LatestVersion, model.Aliases["production"]));
    }

    [Theory, EachDatabase]
    public async Task Concurrent_versions_get_the_numbers_from_1_up(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        var uploads = new List<string>();
        for (var seed = 0; seed < 16; seed++)
        {
            uploads.Add(await host.Models.UploadAsync(TestBundle.Bytes(seed)));
        }

        var versions = await Task.WhenAll(uploads.Select(upload => host.Models.RegisterAsync("m", upload, alias: "newest")));
        Assert.Equal(Enumerable.Range(1, 16).Select(n => $"{Project}/models/m/versions/{n}").Order(), versions.Select(v => v.Name).Order());
        var model = await host.Models.GetAsync("m");
        Assert.Equal((16, 16), (model.LatestVersion, model.Aliases["newest"]));

        var listed = new List<string>();
        var token = "";
        do
        {
            var page = await host.Models.ListModelVersionsAsync(
                new ListModelVersionsRequest { Parent = $"{Project}/models/m", PageSize = 7, PageToken = token }, cancellationToken: Cancel);
            listed.AddRange(page.Versions.Select(v => v.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(Enumerable.Range(1, 16).Select(n => $"{Project}/models/m/versions/{n}"), listed);
    }

    [Theory, EachDatabase]
    public async Task The_same_request_at_the_same_time_makes_one_version(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        var upload = await host.Models.UploadAsync(TestBundle.Bytes(1));
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Models.RegisterAsync("m", upload, "production", "once")));
        Assert.All(versions, v => Assert.Equal(versions[0], v));
        Assert.Equal(versions[0], await host.Models.RegisterAsync("m", upload, "production", "once"));
        Assert.Equal(1, (await host.Models.GetAsync("m")).LatestVersion);
        // The numbers that the losing calls took were given back.
        Assert.EndsWith("/versions/2", (await host.Models.RegisterAsync("m", upload)).Name);
    }

    [Theory, EachDatabase]
    public async Task A_number_is_not_given_twice(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", seed: 1);
        await host.Models.RegisterAsync("m", seed: 2);
        await host.Models.DeleteVersionAsync("m", 2);
        Assert.Equal(1, (await host.Models.GetAsync("m")).LatestVersion);
        Assert.EndsWith("/versions/3", (await host.Models.RegisterAsync("m", seed: 3)).Name);
    }

    [Fact]
    public async Task A_version_needs_its_model_and_a_finished_upload_of_its_project()
    {
        await using var host = await RegistryHost.StartAsync(DatabaseKind.Sqlite);
        await host.Models.CreateAsync("m");
        var open = await host.Models.CreateBundleUploadAsync(
            new CreateUploadRequest { Parent = Project, Upload = new Upload { FileName = "b.tar" } }, cancellationToken: Cancel);
        var unfinished = await FailsAsync(() => host.Models.RegisterAsync("m", open.Name));
        Assert.Equal((StatusCode.FailedPrecondition, "UPLOAD_NOT_FINISHED"), (unfinished.Code, unfinished.Reason));
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.RegisterAsync("m", $"{Project}/bundleUploads/none"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Models.RegisterAsync("m", "projects/other/bundleUploads/none"))).Code);
        var upload = await host.Models.UploadAsync(TestBundle.Bytes(1));
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.RegisterAsync("none", upload))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Models.RegisterAsync("m", upload, alias: "Bad Alias"))).Code);
        var metrics = new CreateModelVersionRequest { Parent = $"{Project}/models/m", Upload = upload, Metrics = { ["loss"] = double.NaN } };
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Models.CreateModelVersionAsync(metrics, cancellationToken: Cancel).ResponseAsync)).Code);
    }

    [Fact]
    public async Task A_page_of_versions_stays_below_what_a_client_takes()
    {
        await using var host = await RegistryHost.StartAsync(DatabaseKind.Sqlite);
        await host.Models.CreateAsync("m");
        // About 900 KB of labels in each of 6 versions; a client takes 4 MiB.
        string[] labels = [.. Enumerable.Range(0, 900).Select(i => $"{i:d4}{new string('x', 996)}")];
        var upload = await host.Models.UploadAsync(TestBundle.Bytes(1, labels: labels));
        for (var i = 0; i < 6; i++)
        {
            await host.Models.RegisterAsync("m", upload);
        }

        var found = 0;
        var token = "";
        do
        {
            var page = await host.Models.ListModelVersionsAsync(
                new ListModelVersionsRequest { Parent = $"{Project}/models/m", PageToken = token }, cancellationToken: Cancel);
            Assert.InRange(page.CalculateSize(), 1, 4 * 1024 * 1024);
            found += page.Versions.Count;
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(6, found);
    }
}
