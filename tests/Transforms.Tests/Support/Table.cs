using System.Globalization;
using System.Runtime.InteropServices;
using Mesh.Tests.Shared;

namespace Mesh.Transforms.Tests.Support;

/// <summary>Columns of any kind, and records of them from plain values; null is a missing one.</summary>
internal sealed class Table(params (string Name, ColumnKind Kind)[] columns)
{
    public RecordSchema Schema { get; } = new([.. columns.Select(column => new RecordColumn(column.Name, column.Kind))]);

    public RawRecord Row(params object?[] values) => Named("r", values);

    public RawRecord Named(string name, params object?[] values) => new(name, Schema, values.Select(Value).ToArray());

    public Pipeline Pipeline(params TransformSpec[] steps) => Transforms.Pipeline.Create(new(steps), Schema);

    /// <summary>Everything wrong with such steps, one line each.</summary>
    public string[] Violations(params TransformSpec[] steps) => [.. Transforms.Pipeline.Validate(new(steps), Schema).Select(violation => violation.ToString())];

    /// <summary>The pipeline after all its passes over the rows, each row being its values.</summary>
    public FittedPipeline Fit(object?[][] rows, params TransformSpec[] steps) => Pipelines.Fit(Pipeline(steps), [.. rows.Select(Row)]);

    /// <summary>Some columns of a real data set. An empty field is missing; a timestamp is a date, or the seconds since 1970.</summary>
    public (Table Table, RawRecord[] Records) Read(string set, string file)
    {
        using var rows = CsvFile.Read(Path.Combine(DataSets.Path(set), file)).GetEnumerator();
        rows.MoveNext();
        var places = columns.Select(column => Array.IndexOf(rows.Current, column.Name)).ToArray();
        Assert.DoesNotContain(-1, places);
        var records = new List<RawRecord>();
        while (rows.MoveNext())
            records.Add(Named($"{file}/{records.Count}", [.. places.Select((place, i) => Parsed(rows.Current[place], columns[i].Kind))]));
        return (this, [.. records]);
    }

    private static object? Parsed(string text, ColumnKind kind) => text.Length == 0 ? null : kind switch
    {
        ColumnKind.Integer => long.Parse(text, CultureInfo.InvariantCulture),
        ColumnKind.Number => double.Parse(text, CultureInfo.InvariantCulture),
        ColumnKind.Timestamp when long.TryParse(text, CultureInfo.InvariantCulture, out var seconds) => DateTime.UnixEpoch.AddSeconds(seconds),
        ColumnKind.Timestamp => DateTime.SpecifyKind(DateTime.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture), DateTimeKind.Utc),
        _ => text,
    };

    private static RecordValue Value(object? value) => value switch
    {
        null => RecordValue.Missing,
        string text => RecordValue.OfText(text),
        bool boolean => RecordValue.OfBoolean(boolean),
        int integer => RecordValue.OfInteger(integer),
        long integer => RecordValue.OfInteger(integer),
        double number => RecordValue.OfNumber(number),
        DateTime moment => RecordValue.OfTimestamp(moment),
        string[] texts => RecordValue.OfTexts(texts),
        _ => throw new ArgumentException($"{value.GetType()} is no value."),
    };
}

/// <summary>What a row has in a column.</summary>
internal static class CellReading
{
    public static T[] Cell<T>(this FittedPipeline pipeline, RawRecord record, string column)
        where T : unmanaged =>
        Assert.Single(pipeline.Cells<T>([record], column));

    /// <summary>Of each record.</summary>
    public static T[][] Cells<T>(this FittedPipeline pipeline, IReadOnlyCollection<RawRecord> records, string column)
        where T : unmanaged
    {
        var columns = pipeline.Columns;
        var place = columns.ToList().FindIndex(output => output.Name == column);
        using var rows = RowBatch.Rent(columns, 1);
        var cells = new List<T[]>(records.Count);
        foreach (var record in records)
        {
            pipeline.ApplyRecord(record, rows[0]);
            cells.Add(MemoryMarshal.Cast<byte, T>(rows[0][place]).ToArray());
        }

        return [.. cells];
    }

    /// <summary>Of a column of int64 scalars.</summary>
    public static long Index(this FittedPipeline pipeline, RawRecord record, string column) => Assert.Single(pipeline.Cell<long>(record, column));

    /// <summary>Of each record, of a column of int64 scalars.</summary>
    public static long[] Indices(this FittedPipeline pipeline, IReadOnlyCollection<RawRecord> records, string column) =>
        [.. pipeline.Cells<long>(records, column).Select(cell => Assert.Single(cell))];
}
