using CsCheck;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Tests.Scalars;

public class ScalarTextTests
{
    private static readonly Gen<RecordValue> Values = Gen.OneOf(
        Gen.Long.Select(RecordValue.OfInteger),
        Gen.Double.Where(number => double.IsFinite(number)).Select(RecordValue.OfNumber),
        Gen.Bool.Select(RecordValue.OfBoolean),
        Gen.Long[0, DateTime.MaxValue.Ticks].Select(ticks => RecordValue.OfTimestamp(new(ticks, DateTimeKind.Utc))),
        Gen.String.Where(text => text.Length > 0).Select(text => RecordValue.OfText(text)));

    [Fact]
    public void Every_value_is_read_back_from_its_text() => Values.Sample(value =>
    {
        var text = ScalarText.Format(value)!;
        Assert.True(ScalarText.TryParseExact(text, value.Kind, out var again));
        Assert.Equal(text, ScalarText.Format(again));
        if (value.Kind != ColumnKind.Text)
            Assert.Equal(value.AsNumber, again.AsNumber);
    }, iter: 5_000, threads: 1);

    [Theory]
    [InlineData("-0", ColumnKind.Number, "0")]
    [InlineData("0.50", ColumnKind.Number, "0.5")]
    [InlineData("1e3", ColumnKind.Number, "1000")]
    [InlineData("+7", ColumnKind.Integer, "7")]
    [InlineData("2024-02-29", ColumnKind.Timestamp, "2024-02-29T00:00:00.0000000Z")]
    [InlineData("2024-02-29T12:00:00.5-01:00", ColumnKind.Timestamp, "2024-02-29T13:00:00.5000000Z")]
    [InlineData("NaN", ColumnKind.Number, null)]
    [InlineData("Infinity", ColumnKind.Number, null)]
    [InlineData("1,5", ColumnKind.Number, null)]
    [InlineData("7.0", ColumnKind.Integer, null)]
    [InlineData("True", ColumnKind.Boolean, null)]
    [InlineData("5/1/2024", ColumnKind.Timestamp, null)]
    [InlineData("", ColumnKind.Integer, null)]
    [InlineData("x", ColumnKind.Image, null)]
    public void As_people_write_values(string text, ColumnKind kind, string? expected)
    {
        Assert.Equal(expected is not null, ScalarText.TryParse(text, kind, out var value));
        Assert.Equal(expected, ScalarText.Format(value));
        Assert.Equal(text == expected, ScalarText.TryParseExact(text, kind, out _));
    }

    [Fact]
    public void Missing_values_have_no_text() => Assert.All(
        new[] { RecordValue.Missing, RecordValue.OfNumber(double.NaN), RecordValue.OfText("") }, value => Assert.Null(ScalarText.Format(value)));

    [Fact]
    public void Texts_are_sorted_by_value()
    {
        string[] numbers = ["10", "-1", "9.5", "1E+20", "0"], texts = ["b", "B", "a10", "a9"];
        ScalarText.Sort(numbers, ColumnKind.Number);
        ScalarText.Sort(texts, ColumnKind.Text);
        Assert.Equal(["-1", "0", "9.5", "10", "1E+20"], numbers);
        Assert.Equal(["B", "a10", "a9", "b"], texts);
        Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.True(ScalarText.IsBefore(pair.First, pair.Second, ColumnKind.Number)));
        Assert.False(ScalarText.IsBefore("a", "a", ColumnKind.Text));
    }
}
