using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mesh.Tests.Shared;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Series;

/// <summary>Four years of weather, cut as numpy cut them.</summary>
public class WeatherTests
{
    private static readonly RecordSchema Schema = new(new RecordColumn("date", ColumnKind.Timestamp), new RecordColumn("temp_max", ColumnKind.Number));

    [Fact]
    public void Windows_are_those_of_the_golden()
    {
        var lines = File.ReadLines(Path.Combine(DataSets.Path("seattle-weather"), "seattle-weather.csv")).ToArray();
        var header = lines[0].Split(',').ToList();
        var records = lines.Skip(1).Select(line => line.Split(',')).Select(cells => new RawRecord(cells[header.IndexOf("date")], Schema, new[]
        {
            RecordValue.OfTimestamp(DateTime.Parse(cells[header.IndexOf("date")], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)),
            RecordValue.OfNumber(double.Parse(cells[header.IndexOf("temp_max")], CultureInfo.InvariantCulture)),
        })).ToArray();

        var cases = DataSets.Golden("seattle-weather").GetProperty("windows").GetProperty("temp_max").EnumerateArray().ToArray();
        Assert.Equal(4, cases.Length);
        foreach (var golden in cases)
        {
            var (length, horizon) = (golden.GetProperty("length").GetInt32(), golden.GetProperty("horizon").GetInt32());
            var fitted = Pipelines.Fit(Pipeline.Create(new([Of("window",
                $$"""{"length":{{length}},"horizon":{{horizon}},"targets":["temp_max"],"time":"date","max_gap":86400}""", ["date", "temp_max"])]), Schema), Array.Empty<RawRecord>().ToList());
            var rows = new List<(float[] Window, float[] Target)>();
            using var sequence = fitted.NewSequence();
            foreach (var record in records)
                sequence.Push(record, row => rows.Add((Floats(row, 0), Floats(row, 1))));

            Assert.Equal(golden.GetProperty("count").GetInt32(), rows.Count);
            Compare(golden.GetProperty("first"), rows[0]);
            Compare(golden.GetProperty("last"), rows[^1]);

            // The week before the last days, as a client sends it.
            using var serving = fitted.Select("window").NewSequence();
            var latest = new List<float[]>();
            foreach (var record in records[^(length + horizon)..^horizon])
                serving.Push(record, row => latest.Add(Floats(row, 0)));
            Assert.Equal(rows[^1].Window, Assert.Single(latest));
        }
    }

    private static void Compare(JsonElement golden, (float[] Window, float[] Target) row)
    {
        Assert.Equal(golden.GetProperty("values").EnumerateArray().Select(value => value.GetSingle()), row.Window);
        // The golden's target is the last day of the horizon.
        Assert.Equal(golden.GetProperty("target").GetSingle(), row.Target[^1]);
    }

    private static float[] Floats(RowBatch row, int column) => MemoryMarshal.Cast<byte, float>(row.Column(column).Span).ToArray();
}
