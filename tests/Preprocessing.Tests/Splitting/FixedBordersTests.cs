using CsCheck;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Preprocessing.Tests.Splitting;

/// <summary>Borders in time that a split gives.</summary>
public class FixedBordersTests
{
    [Theory]
    [InlineData("2015-06-01", "2016-01-01T00:00:00Z", null)]
    [InlineData("2015-06-01T12:30:00.5+02:00", "2015-06-01 10:31:00", null)]
    [InlineData("", "2016-01-01", null)]
    [InlineData("1.6.2015", "2016-13-01", "split.validation_from split.test_from")]
    [InlineData("2015", "2016", "split.validation_from split.test_from")]
    [InlineData("2016-01-01", "2016-01-01", "split.validation_from")]
    public void Moments_are_times_in_order(string validation, string test, string? wrong) =>
        Assert.Equal(wrong?.Split(' ') ?? [], Problems(validation, test, ColumnKind.Timestamp));

    [Theory]
    [InlineData("-5", "17", ColumnKind.Integer, null)]
    [InlineData("1.5", "1e3", ColumnKind.Number, null)]
    [InlineData("1.5", "NaN", ColumnKind.Integer, "split.validation_from split.test_from")]
    [InlineData("2015-06-01", "Infinity", ColumnKind.Number, "split.validation_from split.test_from")]
    public void Moments_are_numbers_where_the_column_has_those(string validation, string test, ColumnKind kind, string? wrong) =>
        Assert.Equal(wrong?.Split(' ') ?? [], Problems(validation, test, kind));

    [Fact]
    public void What_the_data_has_divided_itself_has_no_border() =>
        Assert.Equal(["split.test_from"], Problems("2015-06-01", "2016-01-01", ColumnKind.Timestamp, "train", "test"));

    [Theory]
    [InlineData("10", "20", "TTVVEE")]
    [InlineData("", "20", "TTTTEE")]
    [InlineData("10", "", "TTVVVV")]
    public void A_part_begins_at_its_border(string validation, string test, string parts)
    {
        var borders = FixedBorders.Of(new SplitSpec { ValidationFrom = validation, TestFrom = test }, ColumnKind.Integer);
        Assert.Equal(parts, string.Concat(((long[])[long.MinValue, 9, 10, 19, 20, long.MaxValue])
            .Select(value => borders.PartOf(FactReader.Ordered(RecordValue.OfInteger(value))) switch { Part.Train => 'T', Part.Validation => 'V', _ => 'E' })));
    }

    [Fact]
    public void Records_that_come_later_move_no_others_and_nobody_has_to_know_them_all() =>
        Gen.Select(Gen.Int[0, 40].Array[1, 60], Gen.Int[0, 60].Array[0, 60]).Sample((rows, more) =>
        {
            var (before, after) = (Deal(rows), Deal([.. rows, .. more]));
            Assert.Equal(before, after[..rows.Length]);
            Assert.Equal([.. rows, .. more], after.Zip((int[])[.. rows, .. more]).Where(p => p.First == (p.Second >= 30 ? Part.Test : p.Second >= 20 ? Part.Validation : Part.Train)).Select(p => p.Second));
        }, iter: 100);

    private static Part[] Deal(int[] moments)
    {
        var schema = new RecordSchema(new RecordColumn("at", ColumnKind.Integer));
        var version = new DatasetVersion
        {
            Schema = new Schema { Columns = { new Column { Name = "at", Type = ColumnType.Int64 } } }, Splits = { new Split { Name = "all", RecordCount = moments.Length } },
        };
        var rule = new SplitRule(new SplitSpec { Strategy = SplitStrategy.Time, Column = "at", ValidationFrom = "20", TestFrom = "30", Duplicates = DuplicatePolicy.Allow }, version, []);
        Assert.False(rule.NeedsSurvey);
        using var folder = new TemporaryFolder();
        using var dealing = new Dealing(rule, folder.Path);
        return dealing.Deal("all", 0, [.. moments.Select(at => new RawRecord("", schema, new[] { RecordValue.OfInteger(at) }))], new FactReader(rule, schema));
    }

    private static string[] Problems(string validation, string test, ColumnKind kind, params string[] splits) =>
        [.. FixedBorders.Problems(new SplitSpec { Strategy = SplitStrategy.Time, Column = "at", ValidationFrom = validation, TestFrom = test }, kind, splits).Select(p => p.Field)];
}
