using System.Globalization;
using System.Text.Json;
using Mesh.Tests.Shared;

namespace Mesh.Data.Tests;

/// <summary>The tables' rows and columns, read here once more, against what pandas found.</summary>
public sealed class TablesTests
{
    [Theory, MemberData(nameof(Sets.WithTables), MemberType = typeof(Sets))]
    public void Rows_missing_values_and_statistics_of_each_column_are_those_of_the_golden(string set)
    {
        var folder = DataSets.Path(set);
        foreach (var table in DataSets.Golden(set).GetProperty("tables").EnumerateObject())
        {
            var rows = CsvFile.Read(Path.Combine(folder, table.Name)).ToList();
            Assert.All(rows, row => Assert.Equal(rows[0].Length, row.Length));
            Assert.Equal(table.Value.GetProperty("rows").GetInt32(), rows.Count - 1);
            foreach (var column in table.Value.GetProperty("columns").EnumerateObject())
            {
                var at = Array.IndexOf(rows[0], column.Name);
                Assert.True(at >= 0, $"{table.Name} has no column {column.Name}.");
                AssertColumn(column, [.. rows.Skip(1).Select(row => row[at])]);
            }
        }
    }

    private static void AssertColumn(JsonProperty golden, string[] values)
    {
        double Fact(string name) => golden.Value.GetProperty(name).GetDouble();

        var present = values.Where(value => value.Length > 0).ToArray();
        Assert.Equal((golden.Name, (int)Fact("missing")), (golden.Name, values.Length - present.Length));
        switch (golden.Value.GetProperty("type").GetString())
        {
            case "text":
                Assert.Equal((int)Fact("distinct"), present.Distinct(StringComparer.Ordinal).Count());
                break;
            case "boolean":
                Assert.Equal((int)Fact("true"), present.Count(value => value.Equals("true", StringComparison.OrdinalIgnoreCase)));
                break;
            default:
                var numbers = present.Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray();
                Assert.Equal((Fact("min"), Fact("max")), (numbers.Min(), numbers.Max()));
                var mean = numbers.Average();
                var std = Math.Sqrt(numbers.Sum(x => (x - mean) * (x - mean)) / (numbers.Length - 1));
                AssertClose(Fact("mean"), mean);
                AssertClose(Fact("std"), std);
                break;
        }
    }

    private static void AssertClose(double expected, double found) =>
        Assert.True(Math.Abs(found - expected) <= 1e-9 * Math.Abs(expected) + 1e-12, $"{found} and not {expected}");
}
