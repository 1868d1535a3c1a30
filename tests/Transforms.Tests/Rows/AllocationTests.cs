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
