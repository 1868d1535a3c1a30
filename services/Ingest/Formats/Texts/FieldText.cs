using System.Globalization;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Texts;

/// <summary>Typed values out of text. One grammar for inferring types and for reading: what was inferred can be read.</summary>
internal sealed class FieldText
{
    /// <summary>Words for a missing value unless others are given.</summary>
    public static readonly string[] DefaultNulls = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None"];

    private const int Ascii = 128;

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _nulls;
    private readonly bool _emptyIsNull;
    private readonly int _longestNull;

    /// <summary>Which characters a null can begin with: most fields are known at a glance to be none.</summary>
    private readonly bool[] _firstOfNull = new bool[Ascii];

    public FieldText(IReadOnlyCollection<string> nulls)
        : this(nulls, DefaultNulls)
    {
    }

    private FieldText(IReadOnlyCollection<string> nulls, string[] otherwise)
    {
        var set = (nulls.Count > 0 ? nulls : otherwise).ToHashSet(StringComparer.Ordinal);
        _nulls = set.GetAlternateLookup<ReadOnlySpan<char>>();
        _emptyIsNull = set.Contains("");
        _longestNull = set.Select(n => n.Length).DefaultIfEmpty().Max();
        foreach (var first in set.Where(n => n.Length > 0).Select(n => n[0]))
        {
            _firstOfNull[Math.Min((int)first, Ascii - 1)] = true;
        }
    }

    /// <summary>For formats that have a null of their own: no word stands for a missing value unless it was given.</summary>
    public static FieldText WithoutNulls(IReadOnlyCollection<string> nulls) => new(nulls, []);

    public bool IsMissing(ReadOnlySpan<char> text) =>
        text.IsEmpty ? _emptyIsNull : _firstOfNull[Math.Min((int)text[0], Ascii - 1)] && text.Length <= _longestNull && _nulls.Contains(text);

    /// <summary>Puts a field into a row.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Take(ReadOnlySpan<char> text, RecordRow row, int index)
    {
        if (IsMissing(text))
        {
            return row.Columns[index].Nullable ? null : $"has no {row.Columns[index].Name}";
        }

        var type = row.TypeOf(index);
        switch (type)
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
                return $"has {row.Columns[index].Name} \"{Printable.Of(text.ToString(), 40)}\", which is no {Describe(type)}";
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

    /// <inheritdoc cref="IsoMoment.TryParse"/>
    public static bool TryTimestamp(ReadOnlySpan<char> text, out long ticks) => IsoMoment.TryParse(text, out ticks);

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
        var first = text[0] is '-' or '+' ? 1 : 0;
        return text.Length > first + 1 && text[first] == '0' && char.IsAsciiDigit(text[first + 1]);
    }

    private static bool TryBase64(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 4 * 3 + 3];
        var found = Convert.TryFromBase64Chars(text, bytes, out var written);
        bytes = bytes[..written];
        return found;
    }
}
