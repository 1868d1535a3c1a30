using Google.Protobuf.WellKnownTypes;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.DryRuns;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Transforms.Records;
using Xunit;
using Value = Google.Protobuf.WellKnownTypes.Value;

namespace Mesh.Preprocessing.Tests.DryRuns;

/// <summary>What a dry run says of records.</summary>
public class SampleTrialTests
{
    private static readonly RecordSchema Schema = new(
        new RecordColumn("day", ColumnKind.Integer), new RecordColumn("part", ColumnKind.Text), new RecordColumn("heat", ColumnKind.Number));

    [Fact]
    public void Every_record_that_says_nothing_of_its_part_is_counted_and_tried_all_the_same()
    {
        var tried = Try(
            new Pipeline
            {
                Transforms = { new Transform { Type = "number", Inputs = { "heat" } }, new Transform { Type = "number", Inputs = { "day" } } },
                Split = new SplitSpec { Strategy = SplitStrategy.Predefined, Column = "part" },
            },
            [.. Enumerable.Range(0, 100).Select(i => Record(i, i < 40 ? null : i < 45 ? "later" : i < 80 ? "train" : "test", i == 3 ? null : i))]);

        Assert.Equal(
            [
                ("split.column", "", "r0", 40L, "has no value in 'part'"), ("split.column", "", "r40", 5, "has 'later' in 'part'"), ("", "number", "r3", 1, "'heat' is missing"),
            ],
            tried.Problems.Select(p => (p.Field, p.Step, p.Record, p.RecordCount, p.Description[..Math.Min(p.Description.Length, p.Description.IndexOf(',') is > 0 and var end ? end : 100)])));
        Assert.Equal((100, 35, 20, 0), (tried.RecordsRead, tried.PartCounts["train"], tried.PartCounts["test"], tried.PartCounts["validation"]));
        Assert.Equal(("r45", "train"), (tried.Rows[0].Record, tried.Rows[0].Part));
    }

    [Fact]
    public void Windows_are_of_neighbours_and_every_record_that_is_out_of_order_is_named()
    {
        var window = PipelineCalls.Step("window", ("length", Value.ForNumber(2)), ("targets", Value.ForList(Value.ForString("heat"))), ("time", Value.ForString("day")));
        window.Inputs.Add(["day", "heat"]);
        var tried = Try(
            new Pipeline { Transforms = { window }, Split = new SplitSpec { Strategy = SplitStrategy.Predefined, Column = "part" } },
            [.. "ttt e tt 1 ttt 2 ttt".Replace(" ", "").Select((c, i) => Record(char.IsDigit(c) ? c - '0' : i, c == 'e' ? "test" : "train", i))]);

        Assert.Equal(["r2", "r9", "r13"], tried.Rows.Select(row => row.Record));
        // Two problems: the moment is a part of what is said.
        Assert.Equal(["r6", "r10"], tried.Problems.Select(p => p.Record));
    }

    private static RawRecord Record(int day, string? part, double? heat) => new($"r{heat ?? day}", Schema, new[]
    {
        RecordValue.OfInteger(day), part is null ? RecordValue.Missing : RecordValue.OfText(part), heat is { } number ? RecordValue.OfNumber(number) : RecordValue.Missing,
    });

    private static DryRunPipelineResponse Try(Pipeline pipeline, RawRecord[] records)
    {
        using var folder = new TemporaryFolder();
        var version = new DatasetVersion
        {
            Schema = new Schema
            {
                Columns =
                {
                    new Column { Name = "day", Type = ColumnType.Int64 }, new Column { Name = "part", Type = ColumnType.String, Nullable = true },
                    new Column { Name = "heat", Type = ColumnType.Double, Nullable = true },
                },
            },
            Splits = { new Split { Name = "all", RecordCount = 1_000_000 } },
        };
        return new DryRun(pipeline, version, folder.Path).Try(new Sample([("all", records)]), TestContext.Current.CancellationToken);
    }
}
