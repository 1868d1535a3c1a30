using System.Globalization;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Scalars;

/// <summary>
/// Single values as texts, one text for one value: integers in decimal, numbers in the fewest digits that give them back, <c>true</c> and <c>false</c>,
/// moments as <c>2024-05-01T00:00:00.0000000Z</c>. Missing values, NaN and empty texts have none.
/// </summary>
internal static class ScalarText
{
    /// <summary>Room for every value that is no text.</summary>
    public const int BufferLength = 32;

    private static readonly string[] Moments = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>Whether values of this kind have texts.</summary>
    public static bool Has(ColumnKind kind) => kind == ColumnKind.Text || kind.IsNumeric;

    /// <summary>Whether it counts as no value: it is missing, NaN or an empty text.</summary>
    public static bool IsMissing(in RecordValue value) =>
        value.IsMissing || (value.Kind == ColumnKind.Text && value.Text.Length == 0) || (value.Kind == ColumnKind.Number && double.IsNaN(value.Number));

    /// <summary>Allocates nothing.</summary>
    /// <param name="value">Of a kind that has texts, or missing.</param>
    /// <param name="buffer">Room for <see cref="BufferLength"/> characters.</param>
    /// <param name="text">In the value, or in the buffer.</param>
    /// <returns>Whether it has a text.</returns>
    public static bool TryFormat(in RecordValue value, Span<char> buffer, out ReadOnlySpan<char> text)
    {
        var length = 0;
        switch (value.Kind)
        {
            case ColumnKind.Text:
                text = value.Text;
                return text.Length > 0;
            case ColumnKind.Integer:
                value.Integer.TryFormat(buffer, out length, provider: CultureInfo.InvariantCulture);
                break;
            case ColumnKind.Boolean:
                value.Boolean.TryFormat(buffer, out length);
                buffer[0] = char.ToLowerInvariant(buffer[0]);
                break;
            case ColumnKind.Number when !double.IsNaN(value.Number):
                // Zero has one form.
                (value.Number + 0.0).TryFormat(buffer, out length, provider: CultureInfo.InvariantCulture);
                break;
            case ColumnKind.Timestamp:
                value.Timestamp.TryFormat(buffer, out length, "O", CultureInfo.InvariantCulture);
                break;
        }

        text = buffer[..length];
        return length > 0;
    }

    /// <summary>Null when it has none.</summary>
    public static string? Format(in RecordValue value) => TryFormat(value, stackalloc char[BufferLength], out var text) ? text.ToString() : null;

    /// <summary>As people write values, so also <c>0.50</c> or <c>2024-05-01</c>; a moment without a zone is in UTC.</summary>
    public static bool TryParse(string text, ColumnKind kind, out RecordValue value)
    {
        RecordValue? parsed = kind switch
        {
            ColumnKind.Text => RecordValue.OfText(text),
            ColumnKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) =>
                RecordValue.OfInteger(integer),
            ColumnKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
                RecordValue.OfNumber(number + 0.0),
            ColumnKind.Boolean when text is "true" or "false" => RecordValue.OfBoolean(text == "true"),
            ColumnKind.Timestamp when DateTime.TryParseExact(text, Moments, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) => RecordValue.OfTimestamp(moment),
            _ => null,
        };
        value = parsed ?? RecordValue.Missing;
        return parsed is not null;
    }

    /// <summary>Whether it is what <see cref="Format"/> gives for a value of this kind, and which.</summary>
    public static bool TryParseExact(string text, ColumnKind kind, out RecordValue value) => TryParse(text, kind, out value) && Format(value) == text;

    /// <summary>Sorts texts that <see cref="Format"/> gave by their values: texts by their code units, all else as it counts.</summary>
    public static void Sort(string[] texts, ColumnKind kind)
    {
        if (kind is ColumnKind.Integer or ColumnKind.Number)
            Array.Sort(Array.ConvertAll(texts, text => Of(text, kind)), texts, Comparer<RecordValue>.Create((a, b) => Compare(a, b)));
        else
            Array.Sort(texts, StringComparer.Ordinal);
    }

    /// <summary>Whether one such text comes before another.</summary>
    public static bool IsBefore(string text, string other, ColumnKind kind) =>
        kind is ColumnKind.Integer or ColumnKind.Number ? Compare(Of(text, kind), Of(other, kind)) < 0 : string.CompareOrdinal(text, other) < 0;

    private static RecordValue Of(string text, ColumnKind kind) => TryParse(text, kind, out var value) ? value : throw new FormatException($"'{text}' is not {kind.Word}.");

    private static int Compare(in RecordValue a, in RecordValue b) =>
        a.Kind == ColumnKind.Integer ? a.Integer.CompareTo(b.Integer) : a.Number.CompareTo(b.Number);
}
