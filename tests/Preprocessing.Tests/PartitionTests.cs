using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;
using Value = Mesh.Ingest.V1.Value;

namespace Mesh.Preprocessing.Tests;

/// <summary>Runs that are cut into partitions: the rows of one process, and nothing is read that an earlier run has read.</summary>
public class PartitionTests
{
    private static readonly string[] Splits = ["train", "validation", "test"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Whether it is PostgreSQL; both in the full run.</summary>
    public static TheoryData<bool> Databases => IsFull ? [false, true] : [true];

    private static bool IsFull => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    [Fact]
    public async Task Partitions_make_the_rows_that_one_process_makes_and_the_next_version_takes_what_is_the_same()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 3_000, test: 600));
        await service.CreateAsync("one", PipelineCalls.Labelled());
        await service.CreateAsync("cut", PipelineCalls.Labelled(partitionRecords: 1_000));
        var whole = await EndAsync(service, "one", data);
        Assert.Equal((1, 0), (whole.Run.Partitions, whole.Run.ReusedPartitions));
        var cut = await EndAsync(service, "cut", data);
        Assert.Equal((4, 0), (cut.Run.Partitions, cut.Run.ReusedPartitions));
        AssertSameRows(state, whole.Dataset, cut.Dataset);
        // Partitions are in the order of their records, and shards end where they do.
        Assert.Equal(3, cut.Dataset.Splits.Single(s => s.Name == "train").Shards.Count);
        Assert.Equal((0, SplitStrategy.Stratified), (cut.Dataset.DuplicateRecords, cut.Dataset.Split.Strategy));

        // Another version, in which one record of the last thousand is another.
        var next = mesh.Ingest.Add(TestData.Fashion("next", train: 3_000, test: 600, changed: 2_500));
        var before = mesh.Ingest.RecordsRead;
        // It is held where it writes. The first result goes meanwhile, and with it what this run has not found in it.
        mesh.Ingest.HoldAfter(2 + 2);
        var going = await service.StartRunAsync("cut", next);
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.IsHolding, TimeSpan.FromSeconds(60), "a worker writes");
        await DeleteAsync(service, whole.Dataset, cut.Dataset);
        await Eventually.BecomesTrueAsync(
            () => !File.Exists(PipelineCalls.BlobPath(state, cut.Dataset.FittedPipelineSha256)), TimeSpan.FromSeconds(60), "what only the first result had is collected");
        mesh.Ingest.Release();
        var ended = await service.EndAsync(going);
        var again = (Run: ended, Dataset: await service.ResultAsync(ended));
        Assert.Equal((4, 3), (again.Run.Partitions, again.Run.ReusedPartitions));
        // To survey, to fit and to write.
        Assert.Equal(3 * 1_000, mesh.Ingest.RecordsRead - before);
        Assert.NotEqual(cut.Dataset.FittedPipelineSha256, again.Dataset.FittedPipelineSha256);
        var fresh = await EndAsync(service, "one", next);
        AssertSameRows(state, fresh.Dataset, again.Dataset);

        // Nothing outlives both.
        await DeleteAsync(service, fresh.Dataset, again.Dataset);
        await Eventually.BecomesTrueAsync(() => PipelineCalls.Blobs(state).Length == 0, TimeSpan.FromSeconds(60), "everything is collected");
        await PipelineCalls.LeavesNoWorkAsync(state);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Time_and_equal_records_are_seen_across_partitions(bool postgres)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        // 600 rows of 200 values, so that each comes in all three partitions.
        var data = mesh.Ingest.Add(TestData.Table(
            "table",
            [new Column { Name = "value", Type = ColumnType.Double }, new Column { Name = "day", Type = ColumnType.Int64 }],
            600,
            row => [new Value { DoubleValue = row % 200 }, new Value { Int64Value = row * 7 % 600 }]));
        var split = new SplitSpec { Strategy = SplitStrategy.Time, Column = "day", TestFraction = 0.2, ValidationFraction = 0.2, Duplicates = DuplicatePolicy.Drop };
        await service.CreateAsync("one", Numbers(split, 0));
        await service.CreateAsync("cut", Numbers(split, 200));
        var (whole, cut) = (await EndAsync(service, "one", data), await EndAsync(service, "cut", data));
        Assert.Equal((3, 400, 200), (cut.Run.Partitions, cut.Dataset.DuplicateRecords, cut.Dataset.Splits.Sum(s => s.RowCount)));
        Assert.Equal([128, 32, 40], cut.Dataset.Splits.Select(s => s.RowCount));
        AssertSameRows(state, whole.Dataset, cut.Dataset);

        // A failure of a part is the run's, and the other parts end with it.
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        await service.CreateAsync("fail", Numbers(new SplitSpec { Strategy = SplitStrategy.Random, TestFraction = 0.2 }, 200));
        var failed = await service.EndAsync(await service.StartRunAsync("fail", data));
        Assert.Equal((JobState.Failed, "DUPLICATES_BETWEEN_PARTS"), (failed.Status.State, failed.Status.Error.Reason));
        Assert.Matches(@"^Part ""deal"": table.csv#\d+ \((train|test)\) holds the same as table.csv#\d+ ", failed.Status.Error.Message);

        // A cancelled run leaves nothing either.
        mesh.Ingest.HoldAfter(0);
        await service.CreateAsync("hold", Numbers(new SplitSpec { Strategy = SplitStrategy.Group, Column = "day", Duplicates = DuplicatePolicy.Allow }, 200));
        var run = await service.StartRunAsync("hold", data);
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.IsHolding, TimeSpan.FromSeconds(60), "a worker reads");
        await service.Pipelines.CancelPipelineRunAsync(new() { Name = run.Name }, cancellationToken: Cancel);
        Assert.Equal(JobState.Cancelled, (await service.EndAsync(run)).Status.State);
        mesh.Ingest.Release();
        await DeleteAsync(service, whole.Dataset, cut.Dataset);
        await Eventually.BecomesTrueAsync(() => PipelineCalls.Blobs(state).Length == 0, TimeSpan.FromSeconds(60), "everything is collected");
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).Count == 0, TimeSpan.FromSeconds(60), "nothing holds the input");
        await PipelineCalls.LeavesNoWorkAsync(state);
    }

    /// <summary>Once, and twelve times in the full run.</summary>
    [Fact]
    public async Task Any_partition_size_and_number_of_workers_give_the_same_rows_in_the_same_order()
    {
        var cases = IsFull ? 12 : 1;
        var random = new Random(20_262);
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        // 350 rows in 3 classes; 50 rows are equal to one before, under another day.
        var data = mesh.Ingest.Add(TestData.Table(
            "table",
            [new Column { Name = "value", Type = ColumnType.Double }, new Column { Name = "day", Type = ColumnType.Int64 }, new Column { Name = "kind", Type = ColumnType.String }],
            350,
            row => [new Value { DoubleValue = row * 37 % 300 / 7.0 }, new Value { Int64Value = row * 11 % 350 }, new Value { StringValue = "abc"[row % 3].ToString() }],
            label: "kind"));
        for (var i = 0; i < cases; i++)
        {
            var strategy = random.GetItems([SplitStrategy.Stratified, SplitStrategy.Random, SplitStrategy.Group, SplitStrategy.Time], 1)[0];
            var split = new SplitSpec
            {
                Strategy = strategy,
                Column = strategy is SplitStrategy.Group or SplitStrategy.Time ? "day" : "",
                Duplicates = random.GetItems([DuplicatePolicy.Drop, strategy == SplitStrategy.Group ? DuplicatePolicy.Allow : DuplicatePolicy.Together], 1)[0],
                TestFraction = 0.2,
                ValidationFraction = 0.2,
                Seed = random.NextInt64(),
            };
            var records = random.Next(100, 170);
            await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, settings: ("Jobs__Cpus", $"{random.Next(1, 4)}"));
            await service.CreateAsync($"one-{i}", Kinds(split, 0));
            await service.CreateAsync($"cut-{i}", Kinds(split, records));
            var (whole, cut) = (await EndAsync(service, $"one-{i}", data), await EndAsync(service, $"cut-{i}", data));
            Assert.Equal((int)Math.Ceiling(350.0 / records), cut.Run.Partitions);
            AssertSameRows(state, whole.Dataset, cut.Dataset);
            Assert.Equal(whole.Dataset.HasDuplicateRecords, cut.Dataset.HasDuplicateRecords);
            Assert.Equal(whole.Dataset.DuplicateRecords, cut.Dataset.DuplicateRecords);
        }
    }

    private static V1.Pipeline Kinds(SplitSpec split, long partitionRecords) => new()
    {
        Transforms = { new Transform { Type = "number", Inputs = { "value" } }, new Transform { Type = "label", Inputs = { "kind" } } },
        Split = split,
        PartitionRecords = partitionRecords,
    };

    private static V1.Pipeline Numbers(SplitSpec split, long partitionRecords) => new()
    {
        Transforms = { new Transform { Type = "number", Inputs = { "value" } } }, Split = split, PartitionRecords = partitionRecords,
    };

    private static async Task<(PipelineRun Run, ProcessedDataset Dataset)> EndAsync(PreprocessingProcess service, string pipeline, TestData data)
    {
        var run = await service.EndAsync(await service.StartRunAsync(pipeline, data));
        return (run, await service.ResultAsync(run));
    }

    private static void AssertSameRows(TemporaryFolder state, ProcessedDataset expected, ProcessedDataset actual)
    {
        Assert.Equal(expected.FittedPipelineSha256, actual.FittedPipelineSha256);
        Assert.Equal(expected.OutputColumns, actual.OutputColumns);
        Assert.All(Splits, split => Assert.Equal(expected.Rows(state, split), actual.Rows(state, split)));
    }

    private static async Task DeleteAsync(PreprocessingProcess service, params ProcessedDataset[] datasets)
    {
        foreach (var dataset in datasets)
        {
            await service.Pipelines.DeleteProcessedDatasetAsync(new() { Name = dataset.Name }, cancellationToken: Cancel);
        }
    }
}
