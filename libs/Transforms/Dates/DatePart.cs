namespace Mesh.Transforms.Dates;

/// <summary>A part of a moment, in UTC.</summary>
/// <param name="Word">As specs have it.</param>
/// <param name="Value">As people count it: months and days from 1, weekdays from Monday = 0, hours and minutes from 0.</param>
/// <param name="Turn">How far it is round its circle, from 0 to below 1; null for what does not come round again.</param>
internal sealed record DatePart(string Word, Func<DateTime, int> Value, Func<DateTime, double>? Turn)
{
    private const double DaysOfWeek = 7;

    public static IReadOnlyList<DatePart> All { get; } =
    [
        new("year", moment => moment.Year, null),
        new("month", moment => moment.Month, moment => (moment.Month - 1) / 12.0),
        new("day", moment => moment.Day, moment => (moment.Day - 1) / (double)DateTime.DaysInMonth(moment.Year, moment.Month)),
        new("weekday", WeekdayOf, moment => WeekdayOf(moment) / DaysOfWeek),
        new("hour", moment => moment.Hour, moment => moment.Hour / 24.0),
        new("minute", moment => moment.Minute, moment => moment.Minute / 60.0),
        new("day-of-year", moment => moment.DayOfYear, moment => (moment.DayOfYear - 1) / (DateTime.IsLeapYear(moment.Year) ? 366.0 : 365.0)),
    ];

    private static int WeekdayOf(DateTime moment) => ((int)moment.DayOfWeek + 6) % 7;
}
