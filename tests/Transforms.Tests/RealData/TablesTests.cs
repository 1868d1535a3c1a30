using System.Text.Json;
using Mesh.Tests.Shared;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.RealData;

/// <summary>Real tables, against what pandas makes of them.</summary>
public class TablesTests
{
    private static readonly Lazy<(Table Table, RawRecord[] Records)> Ratings = new(() =>
        new Table(("userId", ColumnKind.Integer), ("movieId", ColumnKind.Integer), ("genres", ColumnKind.Text)).Read("movielens", "ratings.csv"));

    [Theory]
    [InlineData("ames", "all")]
    [InlineData("ames", "first2000")]
    [InlineData("churn", "all")]
    [InlineData("churn", "first2000")]
    [InlineData("iris", "all")]
    public void Medians_and_standardized_values(string set, string subset)
    {
        var golden = DataSets.Golden(set).GetProperty("imputedAndStandardized").GetProperty(subset);
        string[] names = [.. golden.EnumerateObject().Select(column => column.Name)];
        var (table, records) = new Table([.. names.Select(name => (name, ColumnKind.Number))]).Read(set, $"{set}.csv");
        var pipeline = table.Pipeline(Of("impute", inputs: names), Of("standardize", inputs: names), Of("number", inputs: names));
        Assert.Equal(2, pipeline.FitPasses);
        var fitted = Pipelines.Fit(pipeline, subset == "all" ? records : records[..2000]);

        using var json = JsonDocument.Parse(fitted.ToJson());
        JsonElement[] steps = [.. json.RootElement.GetProperty("transforms").EnumerateArray()];
        for (var i = 0; i < names.Length; i++)
        {
            var expected = golden.GetProperty(names[i]);
            Assert.Equal(expected.GetProperty("median").GetDouble(), double.Parse(Learned(steps[0], i, "fill").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
            AssertClose(expected.GetProperty("mean").GetDouble(), Learned(steps[1], i, "mean").GetDouble(), 1e-13);
            // pandas takes squares of differences from a rounded mean; where those nearly cancel (longitudes), it is less exact.
            AssertClose(expected.GetProperty("stdPopulation").GetDouble(), Learned(steps[1], i, "std").GetDouble(), 1e-10);
            var row = 0;
            foreach (var value in expected.GetProperty("firstRows").EnumerateArray())
                AssertClose(value.GetDouble(), Assert.Single(fitted.Cell<float>(records[row++], names[i])), 1e-6);
            if (!expected.TryGetProperty("missingRows", out var missing))
                continue;
            foreach (var place in missing.EnumerateArray())
                AssertClose(expected.GetProperty("missingRowsBecome").GetDouble(), Assert.Single(fitted.Cell<float>(records[place.GetInt32()], names[i])), 1e-6);
        }
    }

    [Theory]
    [InlineData("ames")]
    [InlineData("churn")]
    public void Codes_and_one_hot_rows(string set)
    {
        var golden = DataSets.Golden(set).GetProperty("coded");
        string[] names = [.. golden.EnumerateObject().Select(column => column.Name)];
        var (table, records) = new Table([.. names.Select(name => (name, ColumnKind.Text))]).Read(set, $"{set}.csv");
        var fitted = Pipelines.Fit(table.Pipeline(
            Of("ordinal", inputs: names, outputs: [.. names.Select(name => $"{name}_code")]), Of("one-hot", inputs: names)), records);
        foreach (var name in names)
        {
            var expected = golden.GetProperty(name);
            var width = expected.GetProperty("width").GetInt32();
            Assert.Equal(width, fitted.Output($"{name}_code")!.IndexCount);
            long[] codes = fitted.Indices(records, $"{name}_code");
            Assert.Equal(expected.GetProperty("firstCodes").EnumerateArray().Select(code => code.GetInt64()), codes[..10]);
            Assert.Equal(expected.GetProperty("codeSum").GetInt64(), codes.Sum());
            for (var i = 0; i < 10; i++)
                Assert.Equal(Enumerable.Range(0, width).Select(place => place == codes[i] ? 1f : 0), fitted.Cell<float>(records[i], name));
        }
    }

    [Fact]
    public void Categories_in_a_given_order()
    {
        var golden = DataSets.Golden("churn").GetProperty("ordinal").GetProperty("contract");
        var (table, records) = new Table(("contract", ColumnKind.Text)).Read("churn", "churn.csv");
        var fitted = Pipelines.Fit(table.Pipeline(Of("ordinal", $$"""{"categories":{{golden.GetProperty("order").GetRawText()}}}""", ["contract"])), records);
        long[] codes = fitted.Indices(records, "contract");
        Assert.Equal(golden.GetProperty("firstCodes").EnumerateArray().Select(code => code.GetInt64()), codes[..10]);
        Assert.Equal(golden.GetProperty("counts").EnumerateArray().Select(count => count.GetInt32()), codes.CountBy(code => code).OrderBy(code => code.Key).Select(code => code.Value));
    }

    [Theory]
    [InlineData("ames", "Gr_Liv_Area")]
    [InlineData("churn", "tenure")]
    public void Quartiles(string set, string column)
    {
        var golden = DataSets.Golden(set).GetProperty("bucketed").GetProperty(column);
        var (table, records) = new Table((column, ColumnKind.Integer)).Read(set, $"{set}.csv");
        var fitted = Pipelines.Fit(table.Pipeline(Of("quantile-bucket", """{"buckets":4}""", [column])), records);
        using var json = JsonDocument.Parse(fitted.ToJson());
        Assert.Equal(golden.GetProperty("edges").EnumerateArray().Select(edge => edge.GetDouble()),
            Learned(json.RootElement.GetProperty("transforms")[0], 0, "boundaries").EnumerateArray().Select(edge => edge.GetDouble()));
        long[] buckets = fitted.Indices(records, column);
        Assert.Equal(golden.GetProperty("firstRows").EnumerateArray().Select(bucket => bucket.GetInt64()), buckets[..10]);
        Assert.Equal(golden.GetProperty("counts").EnumerateArray().Select(count => count.GetInt32()), buckets.CountBy(bucket => bucket).OrderBy(bucket => bucket.Key).Select(bucket => bucket.Value));
    }

    [Fact]
    public void Logarithms_of_prices()
    {
        var golden = DataSets.Golden("ames").GetProperty("log1p").GetProperty("Sale_Price");
        var (table, records) = new Table(("Sale_Price", ColumnKind.Integer)).Read("ames", "ames.csv");
        var fitted = Pipelines.Fit(table.Pipeline(Of("log", inputs: ["Sale_Price"]), Of("number", inputs: ["Sale_Price"])), records);
        float[] logged = [.. fitted.Cells<float>(records, "Sale_Price").Select(cell => Assert.Single(cell))];
        AssertClose(golden.GetProperty("mean").GetDouble(), logged.Average(value => (double)value), 1e-7);
        foreach (var (expected, value) in golden.GetProperty("firstRows").EnumerateArray().Zip(logged))
            AssertClose(expected.GetDouble(), value, 1e-7);
    }

    [Fact]
    public void Ids_of_users_and_films()
    {
        var golden = DataSets.Golden("movielens").GetProperty("ids");
        var (table, records) = Ratings.Value;
        var fitted = Pipelines.Fit(table.Pipeline(Of("id", inputs: ["userId", "movieId"])), records);
        foreach (var name in new[] { "userId", "movieId" })
        {
            // The golden counts from 0; 0 is for ids that are unknown here.
            var (expected, ids) = (golden.GetProperty(name), fitted.Output(name)!.Ids!);
            Assert.Equal(expected.GetProperty("count").GetInt32(), ids.Count);
            Assert.Equal(expected.GetProperty("firstIds").EnumerateArray().Select(id => id.GetRawText()), Enumerable.Range(1, 10).Select(index => ids[index]));
            Assert.Equal(expected.GetProperty("lastIds").EnumerateArray().Select(id => id.GetRawText()), Enumerable.Range(ids.Count - 2, 3).Select(index => ids[index]));
            Assert.Equal(expected.GetProperty("firstRows").EnumerateArray().Select(place => place.GetInt64() + 1), fitted.Indices(records[..10], name));
        }
    }

    [Fact]
    public void Genres_of_films()
    {
        var golden = DataSets.Golden("movielens").GetProperty("genres");
        var (table, records) = Ratings.Value;
        var fitted = Pipelines.Fit(
            table.Pipeline(Of("multi-label", $$"""{"separator":{{golden.GetProperty("separator").GetRawText()}},"element":"uint8"}""", ["genres"])), records);
        var names = fitted.Output("genres")!.ClassNames;
        var counts = new int[names.Count];
        foreach (var row in fitted.Cells<byte>(records, "genres"))
        {
            for (var i = 0; i < counts.Length; i++)
                counts[i] += row[i];
        }

        Assert.Equal(golden.GetProperty("perRating").EnumerateArray().ToDictionary(genre => genre[0].GetString()!, genre => genre[1].GetInt32()),
            names.Zip(counts).ToDictionary(genre => genre.First, genre => genre.Second));
    }

    [Fact]
    public void Weekdays_of_dates()
    {
        var golden = DataSets.Golden("seattle-weather").GetProperty("dates");
        var (table, records) = new Table(("date", ColumnKind.Timestamp)).Read("seattle-weather", "seattle-weather.csv");
        var fitted = Pipelines.Fit(table.Pipeline(Of("date-parts", """{"parts":["year","weekday"]}""", ["date"])), records);
        var parts = fitted.Cells<float>(records, "date");
        Assert.Equal(golden.GetProperty("firstWeekdays").EnumerateArray().Select(day => day.GetSingle()), parts[..7].Select(part => part[1]));
        Assert.Equal(golden.GetProperty("perYear").EnumerateArray().Select(year => (year[0].GetSingle(), year[1].GetInt32())),
            parts.CountBy(part => part[0]).Select(year => (year.Key, year.Value)));
    }

    private static JsonElement Learned(JsonElement step, int column, string field) => step.GetProperty("fitted").GetProperty("columns")[column].GetProperty(field);

    private static void AssertClose(double expected, double found, double tolerance) =>
        Assert.True(Math.Abs(found - expected) <= tolerance * Math.Abs(expected), $"{found:R} is not {expected:R}");
}
