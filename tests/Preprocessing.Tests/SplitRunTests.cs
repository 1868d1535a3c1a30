using System.Runtime.InteropServices;
using Google.Protobuf.WellKnownTypes;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;
using Value = Mesh.Ingest.V1.Value;

namespace Mesh.Preprocessing.Tests;

/// <summary>Whole runs that divide records by time, by group, as the data says, and that find equal records.</summary>
public class SplitRunTests
{
    private const int Rows = 1_000;

    private static readonly DateTime Start = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_strategy_puts_records_where_it_says()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(Visits());

        // Days are in no order: the day of row i is i·7 mod 1000.
        var (dataset, rows) = await ProcessAsync("time", new SplitSpec { Strategy = SplitStrategy.Time, Column = "day", TestFraction = 0.2, ValidationFraction = 0.25 });
        Assert.Equal((600, 200, 200), (rows["train"].Count, rows["validation"].Count, rows["test"].Count));
        Assert.All(rows["train"], row => Assert.InRange(Day(row), 0, 599));
        Assert.All(rows["validation"], row => Assert.InRange(Day(row), 600, 799));
        Assert.All(rows["test"], row => Assert.InRange(Day(row), 800, 999));
        Assert.Equal((SplitStrategy.Time, DuplicatePolicy.Fail, "day"), (dataset.Split.Strategy, dataset.Split.Duplicates, dataset.Split.Column));
        Assert.Equal(0, dataset.DuplicateRecords);

        (_, rows) = await ProcessAsync("group", new SplitSpec { Strategy = SplitStrategy.Group, Column = "patient", TestFraction = 0.3, ValidationFraction = 0.3 });
        Assert.All(rows.Keys, part => Assert.NotEmpty(rows[part]));
        Assert.Equal(100, rows.Values.Sum(part => part.Select(Patient).Distinct().Count()));

        (_, rows) = await ProcessAsync("said", new SplitSpec { Strategy = SplitStrategy.Predefined, Column = "word" });
        Assert.Equal(rows["train"], Enumerable.Range(0, Rows).Where(row => row % 5 > 1));
        Assert.Equal(rows["validation"], Enumerable.Range(0, Rows).Where(row => row % 5 == 1));
        Assert.Equal(rows["test"], Enumerable.Range(0, Rows).Where(row => row % 5 == 0));

        (dataset, rows) = await ProcessAsync("random", new SplitSpec { Strategy = SplitStrategy.Random, TestFraction = 0.1, ValidationFraction = 0.1, Seed = 1, Duplicates = DuplicatePolicy.Allow });
        Assert.Equal((810, 90, 100), (rows["train"].Count, rows["validation"].Count, rows["test"].Count));
        Assert.False(dataset.HasDuplicateRecords);

        async Task<(ProcessedDataset Dataset, Dictionary<string, List<int>> Rows)> ProcessAsync(string id, SplitSpec split)
        {
            var dataset = await service.ProcessAsync(id, Numbers(split), data);
            var rows = dataset.Splits.ToDictionary(s => s.Name, s => RowsOf(state, s));
            Assert.All(rows.Values, part => Assert.Equal(part.Order(), part));
            Assert.Equal(Enumerable.Range(0, Rows), rows.Values.SelectMany(part => part).Order());
            Assert.Equal(dataset.Splits.Select(s => (long)rows[s.Name].Count), dataset.Splits.Select(s => s.RowCount));
            return (dataset, rows);
        }
    }

    [Fact]
    public async Task A_split_that_does_not_fit_is_refused_at_once_and_a_record_that_does_not_by_its_name()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        var data = mesh.Ingest.Add(Visits(odd: 700));
        await service.CreateAsync("none", Numbers(new SplitSpec { Strategy = SplitStrategy.Group, Column = "none" }));
        var refused = await PipelineCalls.FailsAsync(() => service.StartRunAsync("none", data));
        Assert.Equal("PIPELINE_DOES_NOT_FIT", refused.Reason);
        Assert.Contains("split.column: 'none' is not a column of the data", refused.Message);

        var error = await FailAsync("time", new SplitSpec { Strategy = SplitStrategy.Time, Column = "day", TestFraction = 0.2 });
        Assert.Equal(("SPLIT_VALUE_MISSING", "table.csv#700 has no value in 'day', by which the data is divided."), (error.Reason, error.Message));
        error = await FailAsync("said", new SplitSpec { Strategy = SplitStrategy.Predefined, Column = "word" });
        Assert.Equal(("SPLIT_VALUE_UNKNOWN", "table.csv#700 has 'holdout' in 'word', which is to say train, validation or test."), (error.Reason, error.Message));
        await PipelineCalls.LeavesNoWorkAsync(state);

        async Task<JobError> FailAsync(string id, SplitSpec split)
        {
            await service.CreateAsync(id, Numbers(split));
            var run = await service.EndAsync(await service.StartRunAsync(id, data));
            Assert.Equal((JobState.Failed, 1), (run.Status.State, run.Status.Attempt));
            return run.Status.Error;
        }
    }

    [Fact]
    public async Task Equal_records_in_two_parts_fail_the_run_unless_it_says_what_to_do_with_them()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        // The first three training records are the first three test records, under other labels.
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 2_000, test: 500));
        data.SameAsTest = 3;
        await service.CreateAsync("fail", Images(DuplicatePolicy.Unspecified));
        var run = await service.EndAsync(await service.StartRunAsync("fail", data));
        Assert.Equal((JobState.Failed, "DUPLICATES_BETWEEN_PARTS", 1), (run.Status.State, run.Status.Error.Reason, run.Status.Attempt));
        Assert.StartsWith("train.idx#0 (train) holds the same as test.idx#0 (test); so it is with 2 more.", run.Status.Error.Message);

        Assert.Equal((2_000, 500, 0L), await CountAsync("allow", DuplicatePolicy.Allow));
        Assert.Equal((1_997, 503, 3L), await CountAsync("together", DuplicatePolicy.Together));
        Assert.Equal((1_997, 500, 3L), await CountAsync("drop", DuplicatePolicy.Drop));
        data.SameAsTest = 0;
        Assert.Equal((2_000, 500, 0L), await CountAsync("none", DuplicatePolicy.Fail));

        async Task<(long Train, long Test, long Duplicates)> CountAsync(string id, DuplicatePolicy policy)
        {
            var dataset = await service.ProcessAsync(id, Images(policy), data);
            return (dataset.Splits.Single(s => s.Name == "train").RowCount, dataset.Splits.Single(s => s.Name == "test").RowCount, dataset.DuplicateRecords);
        }
    }

    private static int Day(int row) => row * 7 % Rows;

    private static int Patient(int row) => row % 100;

    private static V1.Pipeline Numbers(SplitSpec split) => new() { Transforms = { new Transform { Type = "number", Inputs = { "row" } } }, Split = split };

    private static V1.Pipeline Images(DuplicatePolicy duplicates) => new()
    {
        Transforms = { PipelineCalls.Step("decode-image"), PipelineCalls.Step("label") }, Split = new SplitSpec { Duplicates = duplicates },
    };

    /// <summary>The number of the record that each row was made of.</summary>
    private static List<int> RowsOf(TemporaryFolder state, ProcessedSplit split)
    {
        if (split.RowCount == 0)
        {
            return [];
        }

        using var shards = PipelineCalls.Open(state, split.Shards);
        var rows = new float[shards.Count];
        shards.Gather("row", [.. Enumerable.Range(0, rows.Length).Select(i => (long)i)], MemoryMarshal.AsBytes(rows.AsSpan()));
        return [.. rows.Select(row => (int)row)];
    }

    /// <param name="odd">A row without a day and with a part that nobody knows; −1 for none.</param>
    private static TestData Visits(int odd = -1) => TestData.Table(
        $"visits-{odd}",
        [
            new Column { Name = "row", Type = ColumnType.Int64 }, new Column { Name = "patient", Type = ColumnType.String },
            new Column { Name = "day", Type = ColumnType.Timestamp, Nullable = true }, new Column { Name = "word", Type = ColumnType.String },
        ],
        Rows,
        row =>
        [
            new Value { Int64Value = row }, new Value { StringValue = $"p{Patient(row)}" },
            row == odd ? new Value() : new Value { TimestampValue = Start.AddDays(Day(row)).ToTimestamp() },
            new Value { StringValue = row == odd ? "holdout" : new[] { "test", "Val", "train", "Training", "TRAIN" }[row % 5] },
        ]);
}
