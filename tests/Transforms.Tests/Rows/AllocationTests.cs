using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Rows;

/// <summary>What a record costs in memory that the collector has to look at.</summary>
public class AllocationTests
{
    [Fact]
    public void A_row_of_a_table_allocates_nothing()
    {
        var schema = new RecordSchema([.. Enumerable.Range(0, 20).Select(i => new RecordColumn($"c{i}", i % 3 == 0 ? ColumnKind.Integer : ColumnKind.Number))]);
        var pipeline = Pipeline.Create(
            new([Of("number", inputs: ["c0"], outputs: ["target"]), Of("label", inputs: ["c3"]), Of("concat", inputs: [.. schema.Columns.Select(column => column.Name).Where(name => name != "c3")])]), schema);
        var record = new RawRecord("r", schema, schema.Columns.Select((column, i) => column.Kind == ColumnKind.Integer ? RecordValue.OfInteger(i) : RecordValue.OfNumber(i)).ToArray());
        var fitted = Pipelines.Fit(pipeline, [record]);
        using var rows = RowBatch.Rent(fitted.Columns, 1);
        Assert.Equal(0, Allocated(() => fitted.ApplyRecord(record, rows[0])));
    }

    [Fact]
    public void So_does_a_row_of_everything_that_tables_have()
    {
        var table = new Table(
            ("x", ColumnKind.Number), ("n", ColumnKind.Integer), ("t", ColumnKind.Text), ("b", ColumnKind.Boolean), ("at", ColumnKind.Timestamp), ("tags", ColumnKind.Text));
        var record = table.Row(1e9 / 7, 123456789, "a text of some length", true, DateTime.UnixEpoch, "p|q");
        var fitted = table.Fit([[1e9 / 7, 123456789, "a text of some length", true, DateTime.UnixEpoch, "p|q"], [2.0, 3, "b", null, null, null]],
            Of("impute", """{"indicator":true}""", ["x", "n", "b", "at"], ["x1", "n1", "b1", "at1", "mx", "mn", "mb", "mat"]),
            Of("log", """{"symmetric":true}""", ["x1"]), Of("standardize", inputs: ["x1", "n1"]), Of("min-max", inputs: ["at1", "b1"]),
            Of("quantile-bucket", """{"buckets":3}""", ["x"], ["bucket"]), Of("one-hot", """{"unknown":"other"}""", ["bucket", "t"], ["hot", "t_hot"]),
            Of("ordinal", """{"unknown":"other"}""", ["n", "b"], ["n_code", "b_code"]), Of("hash", """{"buckets":100,"cross":true}""", ["t", "n"]),
            Of("date-parts", """{"parts":["month","hour"],"cyclic":true}""", ["at"], ["date"]), Of("id", inputs: ["t", "n", "x"], outputs: ["t_id", "n_id", "x_id"]),
            Of("multi-label", """{"separator":"|"}""", ["tags"]),
            Of("concat", inputs: ["x1", "n1", "at1", "b1", "mx", "mn", "mb", "mat", "hot", "t_hot", "date"]));
        using var rows = RowBatch.Rent(fitted.Columns, 1);
        Assert.Equal(0, Allocated(() => fitted.ApplyRecord(record, rows[0])));
    }

    [Fact]
    public void Small_raw_images_allocate_their_description_alone()
    {
        var record = RawRecord.Raw("r", new byte[784], 28, 28, 1, "x");
        var fitted = Pipelines.Of(("decode-image", "{}"), ("label", "{}")).Fit(null, record);
        using var rows = RowBatch.Rent(fitted.Columns, 1);
        Assert.InRange(Allocated(() => fitted.ApplyRecord(record, rows[0])), 0, 128);
    }

    /// <summary>Bytes of one call, once everything has been compiled.</summary>
    private static long Allocated(Action call)
    {
        const int Times = 1000;
        for (var i = 0; i < Times; i++)
            call();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++)
            call();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
    }
}
