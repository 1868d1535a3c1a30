using System.Globalization;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Benchmarks.Data;

/// <summary>Twenty columns of numbers, some missing: what one core takes to learn from a record and to make a row of it.</summary>
internal static class TableTransforms
{
    private const int Columns = 20;
    private const int Rows = 50_000;
    private const int Rounds = 9;

    /// <summary>Microseconds for a row: impute, standardize, concat.</summary>
    public static readonly Benchmark Apply = new("tables.row_us", Target.AtMost(2), () =>
    {
        var (pipeline, records) = Make(Of("impute"), Of("standardize"), Of("concat"));
        var fitted = Fit(pipeline, records);
        using var row = RowBatch.Rent(fitted.Columns, 1);
        return Microseconds(() =>
        {
            foreach (var record in records)
            {
                fitted.ApplyRecord(record, row[0]);
            }
        });
    });

    /// <summary>Nanoseconds for a number: exact sum and exact sum of squares, with reading the column.</summary>
    public static readonly Benchmark Moments = new("tables.moments_ns_per_value", Target.AtMost(20), () => 1000 * FitMicroseconds(Of("standardize"), Of("concat")) / Columns);

    /// <summary>Nanoseconds for a number: median, exactly or, of more than 16,384 different ones, in bins.</summary>
    public static readonly Benchmark Medians = new("tables.median_ns_per_value", Target.AtMost(60), () => 1000 * FitMicroseconds(Of("impute"), Of("concat")) / Columns);

    private static string[] Names { get; } = [.. Enumerable.Range(0, Columns).Select(i => string.Create(CultureInfo.InvariantCulture, $"c{i}"))];

    private static TransformSpec Of(string type) => TransformSpec.Of(type, inputs: Names);

    private static double FitMicroseconds(params TransformSpec[] steps)
    {
        var (pipeline, records) = Make(steps);
        return Microseconds(() =>
        {
            var fitter = pipeline.NewFitter(pipeline.Unfitted);
            foreach (var record in records)
            {
                fitter.Observe(record);
            }
        });
    }

    private static (Pipeline Pipeline, RawRecord[] Records) Make(params TransformSpec[] steps)
    {
        var schema = new RecordSchema([.. Names.Select(name => new RecordColumn(name, ColumnKind.Number))]);
        var random = new Random(1);
        return (Pipeline.Create(new(steps), schema), [.. Enumerable.Range(0, Rows).Select(_ => new RawRecord("r", schema, Values(random)))]);
    }

    private static RecordValue[] Values(Random random) =>
        [.. Names.Select(_ => random.Next(10) == 0 ? RecordValue.Missing : RecordValue.OfNumber(Math.Round(1000 * random.NextDouble(), 2)))];

    private static FittedPipeline Fit(Pipeline pipeline, RawRecord[] records)
    {
        var state = pipeline.Unfitted;
        while (state.Passes < pipeline.FitPasses)
        {
            var fitter = pipeline.NewFitter(state);
            foreach (var record in records)
            {
                fitter.Observe(record);
            }
            state = fitter.Complete();
        }
        return pipeline.Finish(state);
    }

    private static double Microseconds(Action allRows) => 1e6 * InterleavedRuns.MedianSeconds(Rounds, allRows)[0] / Rows;
}
