using System.Globalization;
using Mesh.Preprocessing.V1;
using Mesh.Specs;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Splitting;

/// <summary>Borders in time that a split gives as moments, so that they stay where they are whatever records come.</summary>
internal static class FixedBorders
{
    private const string ValidationField = "validation_from";
    private const string TestField = "test_from";

    private static readonly string[] Times =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF"];

    public static bool Are(SplitSpec split) => split.ValidationFrom.Length > 0 || split.TestFrom.Length > 0;

    /// <summary>What is wrong with them for data whose column is of this kind.</summary>
    /// <param name="own">The data's own splits.</param>
    public static IEnumerable<SpecViolation> Problems(SplitSpec split, ColumnKind kind, IReadOnlyCollection<string> own)
    {
        foreach (var (field, text, part) in ((string, string, Part)[])[(ValidationField, split.ValidationFrom, Part.Validation), (TestField, split.TestFrom, Part.Test)])
        {
            if (text.Length > 0 && Parse(text, kind) is null)
            {
                yield return new SpecViolation($"split.{field}", $"'{SpecViolation.Shorten(text)}' is not {Wanted(kind)}, as '{SpecViolation.Shorten(split.Column)}' has them");
            }

            if (text.Length > 0 && own.Contains(part.Word))
            {
                yield return new SpecViolation($"split.{field}", $"must be empty: the data has a {part.Word} split of its own");
            }
        }

        if (Parse(split.ValidationFrom, kind) is { } validation && Parse(split.TestFrom, kind) is { } test && validation >= test)
        {
            yield return new SpecViolation($"split.{ValidationField}", $"must come before {TestField}");
        }
    }

    /// <summary>Those of a split that has no <see cref="Problems"/>.</summary>
    public static TimeBorders Of(SplitSpec split, ColumnKind kind)
    {
        var test = Parse(split.TestFrom, kind) ?? (UInt128)ulong.MaxValue + 1;
        return new(Parse(split.ValidationFrom, kind) ?? test, test);
    }

    /// <summary>As <see cref="FactReader.Ordered"/> has it; null for what is none. Times without an offset are UTC.</summary>
    private static UInt128? Parse(string text, ColumnKind kind)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return kind switch
        {
            ColumnKind.Timestamp when DateTime.TryParseExact(text, Times, CultureInfo.InvariantCulture, utc, out var time) => FactReader.Ordered(RecordValue.OfTimestamp(time)),
            ColumnKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => FactReader.Ordered(RecordValue.OfInteger(integer)),
            ColumnKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
                FactReader.Ordered(RecordValue.OfNumber(number)),
            _ => null,
        };
    }

    private static string Wanted(ColumnKind kind) => kind switch
    {
        ColumnKind.Timestamp => "a time, such as 2015-06-01 or 2015-06-01T12:00:00Z",
        ColumnKind.Integer => "an integer",
        _ => "a number",
    };
}
