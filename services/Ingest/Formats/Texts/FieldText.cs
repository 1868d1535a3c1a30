using System.Globalization;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Texts;

/// <summary>Typed values out of text. One grammar for inferring types and for reading: what was inferred can be read.</summary>
internal sealed class FieldText
{
    /// <summary>Words for a missing value unless others are given.</summary>
    public static readonly string[] DefaultNulls = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None"];

    // A date, and with it perhaps a time and an offset. Without an offset it is UTC.
    private static readonly string[] DateFormats = ["yyyy-MM-dd", "yyyy/MM/dd"];

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _nulls;
    private readonly int _longestNull;

    public FieldText(IReadOnlyCollection<string> nulls)
        : this(nulls, DefaultNulls)
    {
    }

    private FieldText(IReadOnlyCollection<string> nulls, string[] otherwise)
    {
        var set = (nulls.Count > 0 ? nulls : otherwise).ToHashSet(StringComparer.Ordinal);
        _nulls = set.GetAlternateLookup<ReadOnlySpan<char>>();
        _longestNull = set.Select(n => n.Length).DefaultIfEmpty(-1).Max();
    }

    /// <summary>For formats that have a null of their own: no word stands for a missing value unless it was given.</summary>
    public static FieldText WithoutNulls(IReadOnlyCollection<string> nulls) => new(nulls, []);

    public bool IsMissing(ReadOnlySpan<char> text) => text.Length <= _longestNull && _nulls.Contains(text);

    /// <summary>Puts a field into a row.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Take(ReadOnlySpan<char> text, RecordRow row, int index)
    {
        var column = row.Columns[index];
        if (IsMissing(text))
        {
            return column.Nullable ? null : $"has no {column.Name}";
        }

        switch (column.Type)
        {
            case ColumnType.String:
                row.SetText(index, text);
                return null;
            case ColumnType.Int64 when TryInteger(text, out var integer):
                row.SetInteger(index, integer);
                return null;
            case ColumnType.Double when TryNumber(text, out var number):
                row.SetNumber(index, number);
                return null;
            case ColumnType.Bool when TryBoolean(text, out var boolean):
                row.SetInteger(index, boolean ? 1 : 0);
                return null;
            case ColumnType.Timestamp when TryTimestamp(text, out var ticks):
                row.SetInteger(index, ticks);
                return null;
            case ColumnType.Bytes when TryBase64(text, out var bytes):
                row.SetBytes(index, bytes);
                return null;
            default:
                return $"has {column.Name} \"{Printable.Of(text.ToString(), 40)}\", which is no {Describe(column.Type)}";
        }
    }

    /// <summary>Digits with a sign perhaps. Not with leading zeros: such numbers are codes, and would lose them.</summary>
    public static bool TryInteger(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && !HasLeadingZero(text);

    /// <summary>Decimal or with an exponent, finite.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowTrailingWhite & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value) && !HasLeadingZero(text);

    public static bool TryBoolean(ReadOnlySpan<char> text, out bool value)
    {
        value = text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || text.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>ISO 8601: a date, or a date and a time. UTC ticks.</summary>
    public static bool TryTimestamp(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 10 || !char.IsAsciiDigit(text[0]) || !char.IsAsciiDigit(text[3]) || text[4] is not ('-' or '/'))
        {
            return false;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        DateTime moment;
        if (text.Length == 10 ? !DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, Utc, out moment)
            : text[10] is not ('T' or ' ') | !DateTime.TryParse(text, CultureInfo.InvariantCulture, Utc, out moment))
        {
            return false;
        }

        ticks = moment.Ticks;
        return true;
    }

    public static string Describe(ColumnType type) => type switch
    {
        ColumnType.Int64 => "whole number",
        ColumnType.Double => "finite number",
        ColumnType.Bool => "true or false",
        ColumnType.Timestamp => "date or time (ISO 8601)",
        ColumnType.Bytes => "Base64",
        ColumnType.StringList => "list of strings",
        ColumnType.Int64List => "list of whole numbers",
        ColumnType.DoubleList => "list of numbers",
        _ => type.ToString().ToLowerInvariant(),
    };

    private static bool HasLeadingZero(ReadOnlySpan<char> text)
    {
        var digits = text.TrimStart("+-");
        return digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]);
    }

    private static bool TryBase64(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 4 * 3 + 3];
        var found = Convert.TryFromBase64Chars(text, bytes, out var written);
        bytes = bytes[..written];
        return found;
    }
}
