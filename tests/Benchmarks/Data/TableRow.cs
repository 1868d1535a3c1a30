using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Benchmarks.Data;

/// <summary>One row of a table through a pipeline: twenty numeric columns into one vector, on one thread. The value is nanoseconds.</summary>
internal static class TableRow
{
    private const int Columns = 20;
    private const int Rows = 500_000;
    private const int Rounds = 9;

    public static readonly Benchmark Benchmark = new("transforms.table_row_ns", Target.AtMost(1000), Measure);

    private static double Measure()
    {
        var schema = new RecordSchema([.. Enumerable.Range(0, Columns).Select(i => new RecordColumn($"c{i}", i % 3 == 0 ? ColumnKind.Integer : ColumnKind.Number))]);
        var pipeline = Pipeline.Create(new PipelineSpec([TransformSpec.Of("concat", inputs: [.. schema.Columns.Select(column => column.Name)])]), schema);
        var fitted = pipeline.Finish(pipeline.Unfitted);
        var record = new RawRecord("r", schema, schema.Columns
            .Select((column, i) => column.Kind == ColumnKind.Integer ? RecordValue.OfInteger(i) : RecordValue.OfNumber(i * 0.5)).ToArray());
        using var rows = RowBatch.Rent(fitted.Columns, 1);
        return InterleavedRuns.MedianSeconds(Rounds, () => Repeat(fitted, record, rows))[0] / Rows * 1e9;
    }

    private static void Repeat(FittedPipeline fitted, in RawRecord record, RowBatch rows)
    {
        for (var i = 0; i < Rows; i++)
        {
            fitted.ApplyRecord(record, rows[0]);
        }
    }
}
