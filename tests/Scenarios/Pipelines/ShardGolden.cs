using System.Security.Cryptography;
using System.Text.Json;

namespace Mesh.Scenarios.Pipelines;

/// <summary>What numpy and pandas made of the raw files: the part "shards" of a golden, which tests/Data/expectations/shards.py writes.</summary>
internal sealed class ShardGolden(JsonElement expected)
{
    // The golden has nine digits of each number.
    private const double RelativeTolerance = 1e-8;

    // Of float32 numbers below 16.
    private const double Rounding = 1e-6;

    /// <summary>Splits, columns and every value, as far as the golden tells them.</summary>
    /// <param name="except">Columns that numpy cannot tell to the last bit.</param>
    public void Verify(ProcessedShards shards, params string[] except)
    {
        var dataset = shards.Dataset;
        Assert.Equal(expected.GetProperty("duplicates").GetInt64(), dataset.DuplicateRecords);
        var classes = expected.TryGetProperty("classes", out var named)
            ? named.EnumerateObject().ToDictionary(column => column.Name, column => column.Value.EnumerateArray().Select(name => name.GetString()!).ToArray())
            : [];
        Assert.Equal(classes.GetValueOrDefault("label", []), dataset.Labels);
        Assert.Equal(
            classes.OrderBy(column => column.Key, StringComparer.Ordinal).SelectMany(column => column.Value.Select(name => (column.Key, name))),
            dataset.OutputColumns.OrderBy(column => column.Name, StringComparer.Ordinal).SelectMany(column => column.ClassNames.Select(name => (column.Name, name))));
        var columns = expected.GetProperty("columns").EnumerateObject().Where(column => !except.Contains(column.Name))
            .ToDictionary(column => column.Name, column => (Type: column.Value[0].GetString()!, Shape: Integers(column.Value[1])));
        Assert.Equal(
            columns.Select(column => $"{column.Key} {column.Value.Type} [{string.Join(", ", column.Value.Shape)}]").Order(StringComparer.Ordinal),
            dataset.OutputColumns.Where(column => !except.Contains(column.Name))
                .Select(column => $"{column.Name} {column.ElementType} [{string.Join(", ", column.Shape)}]").Order(StringComparer.Ordinal));

        var splits = expected.GetProperty("splits").EnumerateObject().ToList();
        Assert.Equal(splits.Select(split => split.Name).Order(StringComparer.Ordinal), shards.Splits.Keys.Order(StringComparer.Ordinal));
        foreach (var split in splits)
        {
            var rows = shards.Splits[split.Name];
            Assert.True(split.Value.GetProperty("rows").GetInt64() == rows.Count, $"{split.Name} has {rows.Count} rows");
            foreach (var (column, (type, _)) in columns)
            {
                if (type == "float32")
                {
                    VerifyNumbers(split.Name, column, rows.Numbers(column), tolerance: 0);
                }
                else
                {
                    VerifyIntegers(split.Name, column, rows);
                }

                // Every value, where they have to be exact.
                if (Facts(split.Name, column).TryGetProperty("sha256", out var sha256))
                {
                    Assert.True(sha256.GetString() == Convert.ToHexStringLower(SHA256.HashData(rows.Bytes(column))), $"{split.Name}, {column}: a value is another one");
                }
            }
        }
    }

    /// <summary>Numbers that are equal to the expected ones, but for a rounding or what the tolerance allows.</summary>
    /// <param name="rows">The same number of numbers each.</param>
    /// <param name="tolerance">Of a number, and of the mean of all.</param>
    public void VerifyNumbers(string split, string column, double[][] rows, double tolerance)
    {
        var facts = Facts(split, column);
        var sums = Numbers(facts.GetProperty("sums"));
        var placed = Numbers(facts.GetProperty("placed"));
        var width = sums.Length;
        var (foundSums, foundPlaced) = (new double[width], new double[width]);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var i = 0; i < rows[row].Length; i++)
            {
                foundSums[i % width] += rows[row][i];
                foundPlaced[i % width] += rows[row][i] * (row + 1);
            }
        }

        // Roundings go either way, so that those of n numbers come to the root of n of them.
        double count = rows.Length, share = rows[0].Length / width;
        for (var i = 0; i < width; i++)
        {
            Near(sums[i], foundSums[i], count * share, Math.Sqrt(count * share), $"sum {i}");
            Near(placed[i], foundPlaced[i], count * (count + 1) / 2 * share, count * Math.Sqrt(count * share), $"placed sum {i}");
        }

        foreach (var sample in Sample(split, column))
        {
            var found = rows[sample.Row];
            Assert.Equal(sample.Values.Length, found.Length);
            for (var i = 0; i < found.Length; i++)
            {
                Near(sample.Values[i], found[i], 1, 1, $"row {sample.Row}, number {i}");
            }
        }

        void Near(double wanted, double found, double numbers, double roundings, string what) => Assert.True(
            Math.Abs(wanted - found) <= Math.Abs(wanted) * RelativeTolerance + roundings * Rounding + numbers * tolerance,
            $"{split}, {column}, {what}: {found} and not {wanted}");
    }

    private void VerifyIntegers(string split, string column, SplitRows rows)
    {
        var facts = Facts(split, column);
        var numbers = rows.Integers(column);
        foreach (var sample in Sample(split, column))
        {
            Assert.Equal(sample.Values, numbers.AsSpan(sample.Row * sample.Values.Length, sample.Values.Length).ToArray().Select(number => (double)number));
        }

        Assert.Equal(facts.GetProperty("sum").GetInt64(), numbers.Sum());
        if (facts.TryGetProperty("counts", out var counts))
        {
            var found = new int[counts.GetArrayLength()];
            Array.ForEach(numbers, number => found[number]++);
            Assert.Equal(Integers(counts), found);
        }

    }

    private JsonElement Facts(string split, string column) =>
        expected.GetProperty("splits").GetProperty(split).GetProperty("columns").GetProperty(column);

    /// <summary>Whole rows.</summary>
    private IEnumerable<(int Row, double[] Values)> Sample(string split, string column) =>
        from row in expected.GetProperty("splits").GetProperty(split).GetProperty("sample").EnumerateObject()
        where row.Value.TryGetProperty(column, out _)
        select (int.Parse(row.Name, System.Globalization.CultureInfo.InvariantCulture), Numbers(row.Value.GetProperty(column)));

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];
}
