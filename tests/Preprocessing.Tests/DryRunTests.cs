using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;
using Value = Google.Protobuf.WellKnownTypes.Value;

namespace Mesh.Preprocessing.Tests;

/// <summary>Dry runs by the real service in processes of their own.</summary>
public class DryRunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pipeline_is_tried_on_some_records_and_nothing_is_made()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion"));
        await service.CreateAsync("a", PipelineCalls.Labelled(validation: 0.2));
        var tried = await TryAsync(service, data, name: "projects/default/pipelines/a");
        Assert.Empty(tried.Problems);
        // 12,000 records: of a hundred, 83 are of the train split and 17 of the test split.
        Assert.Equal((100, 17), (tried.RecordsRead, tried.PartCounts["test"]));
        Assert.InRange(tried.PartCounts["validation"], 7, 26);
        Assert.Equal(83, tried.PartCounts["train"] + tried.PartCounts["validation"]);
        Assert.Equal(["STRATIFIED", "label"], tried.MadeAnew.Select(reason => reason.Split(' ')[0]));
        Assert.Equal(FashionMnist.ClassNames, tried.Labels);
        Assert.Equal(["image", "label"], tried.OutputColumns.Select(c => c.Name));
        Assert.Equal(10, tried.Rows.Count);
        var row = tried.Rows[0];
        var index = int.Parse(row.Record.Split('#')[1]);
        Assert.Equal(("test", $"[{string.Join(", ", data.Image("test", index)[..8].ToArray())}, …]"), (row.Part, row.Values[0]));
        Assert.Equal($"{data.Label("test", index)} ({FashionMnist.ClassNames[data.Label("test", index)]})", row.Values[1]);

        // What is not created yet; a damaged image costs its record only.
        data.Damaged = 3;
        tried = await TryAsync(service, mesh.Ingest.Add(TestData.Fashion("few", train: 50, test: 0)), PipelineCalls.Labelled());
        Assert.Empty(tried.Problems);
        var damaged = TestData.Fashion("damaged", train: 50, test: 0);
        damaged.Damaged = 3;
        tried = await TryAsync(service, mesh.Ingest.Add(damaged), PipelineCalls.Labelled(validation: 0));
        var problem = Assert.Single(tried.Problems);
        Assert.Equal(("decode-image", "train.idx#3", 1), (problem.Step, problem.Record, problem.RecordCount));
        Assert.Equal((50, 10), (tried.RecordsRead, tried.Rows.Count));

        Assert.Empty((await service.Pipelines.ListProcessedDatasetsAsync(new() { Parent = PipelineCalls.Project }, cancellationToken: Cancel)).ProcessedDatasets);
        Assert.Empty(PipelineCalls.Blobs(state));
        Assert.Empty(mesh.Ingest.HoldersOf(data.Name));
    }

    [Fact]
    public async Task Everything_wrong_is_said_at_once()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 200, test: 0));
        var tried = await TryAsync(service, data, new Pipeline
        {
            Transforms = { PipelineCalls.Step("blur"), PipelineCalls.Step("resize", ("width", Value.ForNumber(-1)), ("height", Value.ForNumber(28))) },
            Split = new SplitSpec { TestFraction = 0.9 },
        });
        Assert.Equal(["split.test_fraction", "transforms[0].type", "transforms[1].parameters.width"], tried.Problems.Select(p => p.Field).Order());

        tried = await TryAsync(service, data, new Pipeline
        {
            Transforms = { new Transform { Type = "number", Inputs = { "label" } }, new Transform { Type = "number", Inputs = { "price" } } },
            Split = new SplitSpec { Strategy = SplitStrategy.Group, Column = "person" },
        });
        Assert.Equal(["split.column", "transforms[0].inputs[0]", "transforms[1].inputs[0]"], tried.Problems.Select(p => p.Field).Order());
        Assert.Empty(tried.OutputColumns);

        var refused = await PipelineCalls.FailsAsync(async () => await service.Pipelines.DryRunPipelineAsync(
            new DryRunPipelineRequest { Parent = PipelineCalls.Project, DatasetVersion = data.Name, Records = -1 }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.InvalidArgument, refused.Code);
        Assert.Equal(["pipeline", "records"], refused.Fields.Order());
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => TryAsync(service, data, name: "projects/default/pipelines/none"))).Code);
    }

    [Fact]
    public async Task What_fitting_finds_is_said_beside_what_single_records_lack()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Table(
            "texts", [new() { Name = "text", Type = ColumnType.String }, new() { Name = "part", Type = ColumnType.String, Nullable = true }], 50,
            row => [new() { StringValue = $"w{row}" }, row == 7 ? new() : new() { StringValue = "train" }]));
        var classes = PipelineCalls.Step("one-hot", ("maximum", Value.ForNumber(3)));
        classes.Inputs.Add("text");

        var tried = await TryAsync(service, data, new Pipeline { Transforms = { classes }, Split = new SplitSpec { Strategy = SplitStrategy.Predefined, Column = "part" } });

        Assert.Contains(tried.Problems, p => p.Field == "split.column");
        Assert.Contains(tried.Problems, p => p.Description.Contains("50 categories and maximum is 3"));
    }

    [Fact]
    public async Task Windows_are_tried_on_records_that_follow_each_other()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var first = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var data = mesh.Ingest.Add(TestData.Table(
            "days", [new() { Name = "day", Type = ColumnType.Timestamp }, new() { Name = "heat", Type = ColumnType.Int64 }], 5_000,
            day => [new() { TimestampValue = first.AddDays(day).ToTimestamp() }, new() { Int64Value = day }]));
        var window = PipelineCalls.Step(
            "window", ("length", Value.ForNumber(3)), ("targets", Value.ForList(Value.ForString("heat"))), ("time", Value.ForString("day")), ("max_gap", Value.ForNumber(86_400)));
        window.Inputs.Add(["day", "heat"]);

        var tried = await TryAsync(service, data, new Pipeline { Transforms = { window } });

        Assert.Empty(tried.Problems);
        Assert.Equal(["[0, 1, 2]", "[3]"], tried.Rows[0].Values);
        Assert.Equal(10, tried.Rows.Count);
    }

    [Fact]
    public async Task A_process_that_takes_too_much_is_ended_and_the_service_goes_on()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: [("Preprocessing__DryRunSeconds", "3"), ("Blobs__S3__SecretKey", "hush")]);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 200, test: 0));
        mesh.Ingest.HoldAfter(0);
        var failing = PipelineCalls.FailsAsync(() => TryAsync(service, data, PipelineCalls.Labelled()));
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.IsHolding, TimeSpan.FromSeconds(30), "the dry run reads");
        Assert.DoesNotContain("hush", PreprocessingProcess.EnvironmentOfDryRun(state));
        var failed = await failing;
        Assert.Equal((StatusCode.FailedPrecondition, "DRY_RUN_FAILED"), (failed.Code, failed.Reason));
        mesh.Ingest.Release();
        await service.CreateAsync("a", PipelineCalls.Labelled());
    }

    private static async Task<DryRunPipelineResponse> TryAsync(PreprocessingProcess service, TestData data, Pipeline? pipeline = null, string name = "") =>
        await service.Pipelines.DryRunPipelineAsync(
            new DryRunPipelineRequest { Parent = PipelineCalls.Project, Pipeline = name, Specification = pipeline, DatasetVersion = data.Name }, cancellationToken: Cancel);
}
