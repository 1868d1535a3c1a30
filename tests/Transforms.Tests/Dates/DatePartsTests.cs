using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Dates;

public class DatePartsTests
{
    private static readonly Table Moments = new(("at", ColumnKind.Timestamp));

    private const string Every = """["year","month","day","weekday","hour","minute","day-of-year"]""";

    [Theory]
    // Apollo 11 landed on a Sunday; 2000 was a leap year; the last day of 2023 was a Sunday.
    [InlineData("1969-07-20T20:17:40", new float[] { 1969, 7, 20, 6, 20, 17, 201 })]
    [InlineData("2000-02-29T00:00:00", new float[] { 2000, 2, 29, 1, 0, 0, 60 })]
    [InlineData("2023-12-31T23:59:59", new float[] { 2023, 12, 31, 6, 23, 59, 365 })]
    public void As_people_count(string moment, float[] expected) => Assert.Equal(expected, Parts($$"""{"parts":{{Every}}}""", moment));

    [Fact]
    public void Parts_come_in_the_order_asked_for() => Assert.Equal([20, 1969], Parts("""{"parts":["hour","year"]}""", "1969-07-20T20:17:40"));

    [Theory]
    [InlineData("month", "2024-04-09T00:00:00", 1, 0)]
    [InlineData("month", "2024-01-09T00:00:00", 0, 1)]
    [InlineData("day", "2023-02-15T00:00:00", 0, -1)]
    [InlineData("day", "2024-04-16T00:00:00", 0, -1)]
    [InlineData("weekday", "2024-04-08T00:00:00", 0, 1)]
    [InlineData("weekday", "2024-04-14T00:00:00", -0.7818315f, 0.6234898f)]
    [InlineData("hour", "2024-01-01T18:59:00", -1, 0)]
    [InlineData("minute", "2024-01-01T18:30:00", 0, -1)]
    [InlineData("day-of-year", "2024-07-02T00:00:00", 0, -1)]
    [InlineData("day-of-year", "2023-01-01T00:00:00", 0, 1)]
    public void As_points_on_a_circle(string part, string moment, float sine, float cosine)
    {
        var found = Parts($$"""{"parts":["{{part}}"],"cyclic":true}""", moment);
        Assert.Equal(2, found.Length);
        Assert.Equal(sine, found[0], 1e-6f);
        Assert.Equal(cosine, found[1], 1e-6f);
    }

    [Fact]
    public void The_year_does_not_come_round_again()
    {
        var found = Parts($$"""{"parts":{{Every}},"cyclic":true}""", "2024-01-01T00:00:00");
        Assert.Equal([2024, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], found);
    }

    [Fact]
    public void What_is_wrong_is_named()
    {
        Assert.Equal(
        [
            "transforms[0].parameters.parts must name at least one of year, month, day, weekday, hour, minute, day-of-year",
            "transforms[1].parameters.parts has 'second', which is none of year, month, day, weekday, hour, minute, day-of-year",
        ], Moments.Violations(Of("date-parts", inputs: ["at"]), Of("date-parts", """{"parts":["hour","second"]}""", ["at"])));
        Assert.Equal(["transforms[0].inputs[0] 't' is text; it must be timestamp"],
            new Table(("t", ColumnKind.Text)).Violations(Of("date-parts", """{"parts":["hour"]}""", ["t"])));
        var fitted = Moments.Fit([], Of("date-parts", """{"parts":["hour"]}""", ["at"]));
        Assert.Equal("'at' is missing", Assert.Throws<TransformException>(() => fitted.Row(Moments.Row((object?)null))).Reason);
    }

    private static float[] Parts(string parameters, string moment) => Moments.Fit([], Of("date-parts", parameters, ["at"]))
        .Cell<float>(Moments.Row(DateTime.SpecifyKind(DateTime.Parse(moment, System.Globalization.CultureInfo.InvariantCulture), DateTimeKind.Utc)), "at");
}
