using Google.Protobuf.WellKnownTypes;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Xunit;
using Value = Google.Protobuf.WellKnownTypes.Value;

namespace Mesh.Preprocessing.Tests.Pipelines;

/// <summary>What is said of a pipeline that does not suit its data.</summary>
public class PipelineFitTests
{
    [Theory]
    [InlineData(SplitStrategy.Unspecified, "", "split.strategy")]
    [InlineData(SplitStrategy.Random, "", "split.strategy")]
    [InlineData(SplitStrategy.Group, "place", "split.column")]
    [InlineData(SplitStrategy.Group, "city", null)]
    [InlineData(SplitStrategy.Time, "day", null)]
    public void Windows_need_a_split_that_leaves_neighbours_together(SplitStrategy strategy, string column, string? wrong)
    {
        var split = new SplitSpec { Strategy = strategy, Column = column, TestFraction = 0.2 };
        Assert.Equal(wrong is null ? [] : [wrong], Fields(Windows(split), Days("all")));
        // The data has said what is for testing, and nothing else is drawn.
        Assert.Empty(Fields(Windows(split), Days("train", "test")));
        Assert.Empty(Fields(Windows(new SplitSpec { Strategy = strategy, Column = column }), Days("all")));
        // Records that stand for themselves can be drawn.
        Assert.Empty(Fields(new Pipeline { Transforms = { new Transform { Type = "number", Inputs = { "heat" } } }, Split = split }, Days("all")));
    }

    [Theory]
    [InlineData(DuplicatePolicy.Together, "day", "city", false)]
    [InlineData(DuplicatePolicy.Drop, "", "city", false)]
    // What is dropped could be of another city, which as the label is not compared.
    [InlineData(DuplicatePolicy.Drop, "day", "class", false)]
    // Of no column of the data.
    [InlineData(DuplicatePolicy.Drop, "rank", "city", false)]
    [InlineData(DuplicatePolicy.Drop, "day", "city", true)]
    [InlineData(DuplicatePolicy.Drop, "day", "", true)]
    [InlineData(DuplicatePolicy.Fail, "", "", true)]
    [InlineData(DuplicatePolicy.Allow, "", "", true)]
    public void Equal_records_are_not_taken_out_of_a_series_but_where_they_are_one_moment(DuplicatePolicy duplicates, string time, string group, bool fits) => Assert.Equal(
        fits ? [] : ["split.duplicates"],
        Fields(Windows(new SplitSpec { Strategy = SplitStrategy.Time, Column = "day", TestFraction = 0.2, Duplicates = duplicates }, time, group), Days("all")));

    [Fact]
    public void Equal_records_of_several_splits_are_not_taken_out_of_a_series()
    {
        // What is dropped from one split is kept in another one.
        var pipeline = Windows(new SplitSpec { Duplicates = DuplicatePolicy.Drop });
        Assert.Empty(Fields(pipeline, Days("all")));
        Assert.Equal(["split.duplicates"], Fields(pipeline, Days("test", "train")));
    }

    [Fact]
    public void A_column_that_a_strategy_does_not_go_by_is_said_once()
    {
        var pipeline = new Pipeline { Transforms = { new Transform { Type = "number", Inputs = { "heat" } } }, Split = new SplitSpec { Strategy = SplitStrategy.Random, Column = "city", TestFraction = 0.2 } };
        var problem = Assert.Single(PipelineFit.AllProblems(pipeline, Days("all")));
        Assert.Equal(("split.column", "must be empty: RANDOM goes by no column."), (problem.Field, problem.Description));
    }

    [Fact]
    public void A_wrong_split_is_said_together_with_what_is_wrong_with_the_steps()
    {
        var pipeline = Windows(new SplitSpec { TestFraction = 0.2 });
        pipeline.Transforms.Insert(0, new Transform { Type = "log", Inputs = { "heet" } });
        Assert.Equal(["transforms[0].inputs[0]", "split.strategy"], Fields(pipeline, Days("all")));
    }

    [Fact]
    public void What_is_wrong_in_itself_and_what_is_wrong_for_the_data_is_said_at_once()
    {
        var pipeline = new Pipeline
        {
            Transforms =
            {
                PipelineCalls.Step("log", ("offset", Value.ForString("x"))), new Transform { Type = "blur" }, new Transform { Type = "number", Inputs = { "heet" } },
                new Transform { Type = "number", Inputs = { "city" } },
            },
            Split = new SplitSpec { TestFraction = 0.9, Strategy = SplitStrategy.Time, Column = "city" },
            PartitionRecords = 1,
        };
        pipeline.Transforms[0].Inputs.Add("heat");
        var problems = PipelineFit.AllProblems(pipeline, Days("all"));
        Assert.Equal(
            [
                "partition_records", "split.column", "split.test_fraction", "transforms[0].parameters.offset", "transforms[1].type", "transforms[2].inputs[0]",
                "transforms[3].inputs[0]",
            ],
            problems.Select(p => p.Field).Order(StringComparer.Ordinal));

        // What is not JSON cannot be looked at any further.
        pipeline.Transforms[0] = PipelineCalls.Step("log", ("offset", new Value()));
        Assert.Contains("transforms[0].parameters", PipelineFit.AllProblems(pipeline, Days("all")).Select(p => p.Field));
    }

    private static IEnumerable<string> Fields(Pipeline pipeline, DatasetVersion version) => PipelineFit.Problems(pipeline, version).Select(p => p.Field);

    private static Pipeline Windows(SplitSpec split, string time = "day", string group = "city")
    {
        var window = PipelineCalls.Step(
            "window", ("length", Value.ForNumber(3)), ("targets", Value.ForList(Value.ForString("heat"))), ("time", Value.ForString(time)), ("group", Value.ForString(group)));
        window.Inputs.Add(((string[])[time, group, "heat", time == "rank" ? "" : "rank"]).Where(name => name.Length > 0));
        return new Pipeline { Transforms = { new Transform { Type = "log", Inputs = { "number" }, Outputs = { "rank" } }, window }, Split = split };
    }

    private static DatasetVersion Days(params string[] splits) => new()
    {
        Options = new FormatOptions { LabelColumn = "class" },
        Schema = new Schema
        {
            Columns =
            {
                new Column { Name = "day", Type = ColumnType.Timestamp }, new Column { Name = "number", Type = ColumnType.Int64 }, new Column { Name = "heat", Type = ColumnType.Int64 },
                new Column { Name = "city", Type = ColumnType.String }, new Column { Name = "place", Type = ColumnType.String }, new Column { Name = "class", Type = ColumnType.String },
            },
        },
        Splits = { splits.Select(name => new Split { Name = name, RecordCount = 10 }) },
    };
}
