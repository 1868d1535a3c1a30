using System.Runtime.InteropServices;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Rows;

/// <summary>Rows that are not records.</summary>
public class SequenceTests
{
    private static readonly RecordSchema Lists = new(new RecordColumn("pages", ColumnKind.IntegerList));

    [Fact]
    public void Several_records_make_a_row()
    {
        var pipeline = TestTransforms.Create(Tables.Numbers, Of("above", inputs: ["a"]), Of("pairs", inputs: ["a"], outputs: ["pair"]));
        var fitted = Pipelines.Fit(pipeline, [Tables.Row(10), Tables.Row(20)]);
        Assert.True(fitted.IsSequence);
        Assert.Equal([2], fitted.Columns.Single().Shape);
        // Two series, each above 10.
        float[][] expected = [[1, 2], [2, 5], [5, 5], [9, 9]];
        Assert.Equal(expected, Rows(fitted, [Tables.Row(11), Tables.Row(12), Tables.Row(15)], [Tables.Row(19)]));
    }

    [Fact]
    public void One_record_makes_several_rows_and_later_steps_learn_from_each()
    {
        var pipeline = TestTransforms.Create(Lists, Of("items", inputs: ["pages"], outputs: ["page"]), Of("above", inputs: ["page"]), Of("share", inputs: ["page"]));
        RawRecord[] records = [Record(5, 9), Record(), Record(13)];
        var fitted = Pipelines.Fit(pipeline, records);
        float[][] expected = [[0], [0.5f], [1]];
        Assert.Equal(expected, Rows(fitted, records));
    }

    [Fact]
    public void Without_such_a_step_every_record_is_a_row()
    {
        var fitted = Pipelines.Of(("decode-image", "{}")).Fit(null, RawRecord.Raw("a", new byte[] { 1, 2 }, 1, 2, 1));
        Assert.False(fitted.IsSequence);
        using var sequence = fitted.NewSequence();
        var rows = new List<byte[]>();
        sequence.Push(RawRecord.Raw("b", new byte[] { 3, 4 }, 1, 2, 1), row => rows.Add(row.Column(0).ToArray()));
        sequence.Flush(row => rows.Add(row.Column(0).ToArray()));
        Assert.Equal([3, 4], Assert.Single(rows));
    }

    [Fact]
    public void Such_rows_cannot_be_made_record_by_record()
    {
        var fitted = Pipelines.Fit(TestTransforms.Create(Tables.Numbers, Of("pairs", inputs: ["a"])), Array.Empty<RawRecord>().ToList());
        Assert.Throws<InvalidOperationException>(() => fitted.Row(Tables.Row(1)));
    }

    [Fact]
    public void What_follows_rows_that_span_records_cannot_be_fitted() => Assert.Equal(
        ["transforms[1].type one-hot-test is fitted, and comes after spanning-items (transforms[0]), whose rows span records; put it before"],
        TestTransforms.Violations(Lists, [], Of("spanning-items", inputs: ["pages"]), Of("one-hot-test", inputs: ["pages"])));

    private static RawRecord Record(params long[] pages) => new("r", Lists, new[] { RecordValue.OfIntegers(pages) });

    private static List<float[]> Rows(FittedPipeline fitted, params RawRecord[][] series)
    {
        var rows = new List<float[]>();
        using var sequence = fitted.NewSequence();
        foreach (var records in series)
        {
            foreach (var record in records)
                sequence.Push(record, Take);
            sequence.Flush(Take);
        }

        return rows;

        void Take(RowBatch row) => rows.Add(MemoryMarshal.Cast<byte, float>(row.Column(0).Span).ToArray());
    }
}
