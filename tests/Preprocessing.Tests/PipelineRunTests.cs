using System.Buffers.Binary;
using Grpc.Core;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Transforms;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>Whole runs over Fashion-MNIST with the real service and real workers.</summary>
public class PipelineRunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_makes_shards_that_hold_every_record_once_in_order(bool postgres)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion"));
        var dataset = await service.ProcessAsync("a", PipelineCalls.Labelled(validation: 0.1), data);

        Assert.Equal(FashionMnist.ClassNames, dataset.Labels);
        Assert.Equal([1, 28, 28], dataset.SampleShape);
        Assert.Equal(
            [new OutputColumn { Name = "image", ElementType = "uint8", Shape = { 1, 28, 28 } }, new OutputColumn { Name = "label", ElementType = "int64", ClassNames = { FashionMnist.ClassNames }, ClassCount = 10 }],
            dataset.OutputColumns);
        Assert.Equal(data.Name, dataset.DatasetVersion);
        Assert.Equal(dataset.Key[..32], dataset.Name.Split('/')[^1]);
        Assert.Equal(new Dictionary<string, long> { ["train"] = 9_000, ["validation"] = 1_000, ["test"] = 2_000 }, dataset.Splits.ToDictionary(s => s.Name, s => s.RowCount));
        AssertRows(state, dataset, data, "train", "validation");
        AssertRows(state, dataset, data, "test");
        await AssertNormalisedAsync(state, dataset, data);
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).SequenceEqual([dataset.Name]), TimeSpan.FromSeconds(30), "only the result holds its input");
    }

    [Fact]
    public async Task Each_class_gives_exactly_its_share()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        // 1,000 of each class, no test split of its own: 250 for testing, a fifth of the other 750 for validation.
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", test: 0));
        var dataset = await service.ProcessAsync("a", PipelineCalls.Labelled(validation: 0.2, test: 0.25), data);
        foreach (var (split, each) in new[] { ("test", 250), ("validation", 150), ("train", 600) })
        {
            var labels = Labels(state, dataset.Splits.Single(s => s.Name == split));
            Assert.All(Enumerable.Range(0, 10), label => Assert.Equal((label, each), (label, labels.Count(l => l == label))));
        }

        AssertRows(state, dataset, data, "train", "validation", "test");
        // Another seed draws other records.
        var other = await service.ProcessAsync("b", PipelineCalls.Labelled(validation: 0.2, test: 0.25, seed: 8), data);
        Assert.NotEqual(dataset.Splits.Single(s => s.Name == "test").Shards[0].Sha256, other.Splits.Single(s => s.Name == "test").Shards[0].Sha256);
    }

    [Fact]
    public async Task The_same_input_and_specification_give_the_same_bytes_everywhere_and_are_made_once()
    {
        using var data1 = new TemporaryFolder();
        using var data2 = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        var data = mesh.Ingest.Add(TestData.Fashion("fashion"));
        await using var first = await PreprocessingProcess.StartAsync(data1, mesh, Cancel);
        var one = await first.ProcessAsync("a", PipelineCalls.Labelled(), data);

        // The other store also has an Ingest that breaks off again and again.
        await using var second = await PreprocessingProcess.StartAsync(data2, mesh, Cancel);
        mesh.Ingest.BreakStreams = 7;
        var two = await second.ProcessAsync("a", PipelineCalls.Labelled(), data);
        Assert.Equal(one.Digests(), two.Digests());

        await second.CreateAsync("same", PipelineCalls.Labelled());
        var cached = await second.StartRunAsync("same", data, requestId: "r-1");
        Assert.True(cached.Cached);
        Assert.Equal((JobState.Succeeded, two.Name), (cached.Status.State, cached.ProcessedDataset));
        Assert.Equal(cached, await second.StartRunAsync("same", data, requestId: "r-1"));
        Assert.Equal(cached, await second.EndAsync(cached));
        Assert.Single((await second.Pipelines.ListPipelineRunsAsync(new() { Parent = "projects/default/pipelines/same" }, cancellationToken: Cancel)).Runs);
        Assert.Single((await second.Pipelines.ListProcessedDatasetsAsync(new() { Parent = PipelineCalls.Project }, cancellationToken: Cancel)).ProcessedDatasets);
    }

    [Fact]
    public async Task A_record_that_a_transform_refuses_fails_the_run_and_is_named()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = TestData.Fashion("fashion", train: 2_000, test: 0);
        data.Damaged = 1_234;
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        mesh.Ingest.Add(data);
        await service.CreateAsync("a", PipelineCalls.Labelled());
        var run = await service.EndAsync(await service.StartRunAsync("a", data));
        Assert.Equal((JobState.Failed, 1), (run.Status.State, run.Status.Attempt));
        Assert.Equal("TRANSFORM_FAILED", run.Status.Error.Reason);
        Assert.Contains("train.idx#1234", run.Status.Error.Message);
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).Count == 0, TimeSpan.FromSeconds(30), "nothing holds the input");
        await PipelineCalls.LeavesNoWorkAsync(state);
    }

    [Fact]
    public async Task Input_that_a_pipeline_cannot_use_is_refused_at_once()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        await service.CreateAsync("a", PipelineCalls.Labelled());
        var unlabelled = mesh.Ingest.Add(TestData.Fashion("unlabelled", train: 100, test: 0, labelled: false));
        Assert.Equal(StatusCode.FailedPrecondition, (await PipelineCalls.FailsAsync(() => service.StartRunAsync("a", unlabelled))).Code);
        var running = TestData.Fashion("running", train: 100, test: 0);
        running.Version.Status.State = JobState.Running;
        mesh.Ingest.Add(running);
        Assert.Equal(StatusCode.FailedPrecondition, (await PipelineCalls.FailsAsync(() => service.StartRunAsync("a", running))).Code);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => service.StartRunAsync("a", TestData.Fashion("missing", train: 100)))).Code);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => service.StartRunAsync("none", running))).Code);
        var foreign = await PipelineCalls.FailsAsync(async () => await service.Pipelines.CreatePipelineRunAsync(
            new() { Parent = "projects/default/pipelines/a", DatasetVersion = "projects/other/datasets/d/versions/1" }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.InvalidArgument, "dataset_version"), (foreign.Code, foreign.Fields.Single()));
    }

    [Fact]
    public async Task Without_a_label_transform_unlabelled_images_are_processed_too()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("unlabelled", train: 1_000, test: 0, labelled: false));
        var pipeline = new V1.Pipeline { Transforms = { PipelineCalls.Step("decode-image") }, Split = new SplitSpec { ValidationFraction = 0.1 } };
        var dataset = await service.ProcessAsync("a", pipeline, data);
        Assert.Empty(dataset.Labels);
        Assert.Equal((900, 100), (dataset.Splits.Single(s => s.Name == "train").RowCount, dataset.Splits.Single(s => s.Name == "validation").RowCount));
        Assert.Equal(["image"], dataset.OutputColumns.Select(c => c.Name));
    }

    [Fact]
    public async Task A_cancelled_run_stops_and_leaves_nothing()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        mesh.Ingest.HoldAfter(3);
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion"));
        await service.CreateAsync("a", PipelineCalls.Labelled());
        var run = await service.StartRunAsync("a", data);
        // Both hold the input from the moment at which they are there, and each for itself.
        var twin = await service.StartRunAsync("a", data);
        Assert.Equal(((string[])[run.Name, twin.Name]).Order(), mesh.Ingest.HoldersOf(data.Name));
        await service.WorkingAsync(run, "fit");
        var busy = await PipelineCalls.FailsAsync(async () => await service.Pipelines.DeletePipelineAsync(new() { Name = "projects/default/pipelines/a" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.FailedPrecondition, busy.Code);
        var active = await PipelineCalls.FailsAsync(() => service.DeleteRunAsync(run));
        Assert.Equal((StatusCode.FailedPrecondition, "RUN_ACTIVE"), (active.Code, active.Reason));

        await service.Pipelines.CancelPipelineRunAsync(new() { Name = run.Name }, cancellationToken: Cancel);
        Assert.Equal(JobState.Cancelled, (await service.EndAsync(run)).Status.State);
        Assert.Equal(JobState.Cancelled, (await service.Pipelines.CancelPipelineRunAsync(new() { Name = run.Name }, cancellationToken: Cancel)).Status.State);
        await Eventually.BecomesTrueAsync(() => !mesh.Ingest.HoldersOf(data.Name).Contains(run.Name), TimeSpan.FromSeconds(30), "the run lets its input go");
        Assert.Equal([twin.Name], mesh.Ingest.HoldersOf(data.Name));
        await service.Pipelines.CancelPipelineRunAsync(new() { Name = twin.Name }, cancellationToken: Cancel);
        await service.EndAsync(twin);
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).Count == 0, TimeSpan.FromSeconds(30), "nothing holds the input");
        await service.Pipelines.DeletePipelineAsync(new() { Name = "projects/default/pipelines/a" }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => service.GetAsync(run))).Code);
    }

    [Fact]
    public async Task A_run_cancelled_after_it_has_published_leaves_no_blob()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 1_000, test: 0));
        await service.CreateAsync("a", PipelineCalls.Labelled(partitionRecords: 400));
        // The surveys of its three partitions are stored; nothing more is read.
        mesh.Ingest.HoldAfter(3);
        var run = await service.StartRunAsync("a", data);
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.IsHolding, TimeSpan.FromSeconds(60), "the partitions are dealt");
        Assert.NotEmpty(PipelineCalls.Blobs(state));
        await service.Pipelines.CancelPipelineRunAsync(new() { Name = run.Name }, cancellationToken: Cancel);
        Assert.Equal(JobState.Cancelled, (await service.EndAsync(run)).Status.State);
        await Eventually.BecomesTrueAsync(() => PipelineCalls.Blobs(state).Length == 0, TimeSpan.FromSeconds(60), "the blobs are collected");
        await PipelineCalls.LeavesNoWorkAsync(state);
    }

    [Fact]
    public async Task The_runs_of_a_pipeline_that_does_not_exist_are_not_listed()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var failure = await PipelineCalls.FailsAsync(async () => await service.Pipelines.ListPipelineRunsAsync(
            new() { Parent = "projects/default/pipelines/none" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.NotFound, failure.Code);
    }

    /// <summary>The parts together hold the records of the source split, each in the source's order, each record once.</summary>
    private static void AssertRows(TemporaryFolder state, ProcessedDataset dataset, TestData data, params string[] parts)
    {
        var source = parts[0];
        var open = parts.Select(part => PipelineCalls.Open(state, dataset.Splits.Single(s => s.Name == part).Shards)).ToList();
        var next = new long[parts.Length];
        var total = data.Version.Splits.Single(s => s.Name == source).RecordCount;
        var image = new byte[FashionMnist.ImageBytes];
        var label = new byte[8];
        for (var i = 0; i < total; i++)
        {
            // Walking all parts at once: the next record of the source is the next row of one of them.
            var found = Enumerable.Range(0, parts.Length).Any(p =>
            {
                if (next[p] == open[p].Count)
                {
                    return false;
                }

                open[p].Gather("image", [next[p]], image);
                open[p].Gather("label", [next[p]], label);
                if (!image.AsSpan().SequenceEqual(data.Image(source, i)) || BinaryPrimitives.ReadInt64LittleEndian(label) != data.Label(source, i))
                {
                    return false;
                }

                next[p]++;
                return true;
            });
            Assert.True(found, $"record {i} of {source} is in none of the parts at its place");
        }

        Assert.Equal(open.Select(set => set.Count), next);
        open.ForEach(set => set.Dispose());
    }

    /// <summary>Mean and deviation against those of the training images, added up here in double precision.</summary>
    private static async Task AssertNormalisedAsync(TemporaryFolder state, ProcessedDataset dataset, TestData data)
    {
        var fitted = FittedPipeline.Parse(await File.ReadAllBytesAsync(PipelineCalls.BlobPath(state, dataset.FittedPipelineSha256), Cancel));
        using var train = PipelineCalls.Open(state, dataset.Splits.Single(s => s.Name == "train").Shards);
        var pixels = new byte[train.Count * FashionMnist.ImageBytes];
        train.Gather("image", [.. Enumerable.Range(0, (int)train.Count).Select(i => (long)i)], pixels);
        var mean = pixels.Average(p => p / 255.0);
        var deviation = Math.Sqrt(pixels.Average(p => Math.Pow((p / 255.0) - mean, 2)));
        var values = new float[FashionMnist.ImageBytes];
        fitted.Output("image")!.Batch!.Apply(data.Image("train", 0), 1, values);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(((data.Image("train", 0)[i] / 255.0) - mean) / deviation, values[i], 1e-4);
        }
    }

    private static long[] Labels(TemporaryFolder state, ProcessedSplit split)
    {
        using var set = PipelineCalls.Open(state, split.Shards);
        var bytes = new byte[set.Count * 8];
        set.Gather("label", [.. Enumerable.Range(0, (int)set.Count).Select(i => (long)i)], bytes);
        return [.. Enumerable.Range(0, (int)set.Count).Select(i => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * 8)))];
    }
}
