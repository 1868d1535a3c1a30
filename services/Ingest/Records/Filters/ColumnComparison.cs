using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records.Filters;

/// <summary>One comparison of a column with a value, bound to the column's type.</summary>
internal static class ColumnComparison
{
    /// <param name="place">Of the symbol, for errors.</param>
    public static Func<RecordRow, bool> Bind(int index, Column column, string symbol, int place, FilterToken value)
    {
        if (value is { Kind: TokenKind.Word, Text: "null" })
        {
            return symbol switch
            {
                "=" => row => row.IsMissing(index),
                "!=" => row => !row.IsMissing(index),
                _ => throw FilterToken.Wrong(place, "null can only be compared by = and !="),
            };
        }

        if (symbol == ":")
        {
            return Contains(index, column, place, value);
        }

        Func<RecordRow, int> compare = column.Type switch
        {
            ColumnType.String when value.Kind == TokenKind.Text => row => row.Text(index).CompareTo(value.Text, StringComparison.Ordinal),
            ColumnType.Int64 when value.Kind == TokenKind.Number && FieldText.TryInteger(value.Text, out var integer) => row => row.Integer(index).CompareTo(integer),
            ColumnType.Int64 when value.Kind == TokenKind.Number && FieldText.TryNumber(value.Text, out var number) => row => ((double)row.Integer(index)).CompareTo(number),
            ColumnType.Double when value.Kind == TokenKind.Number && FieldText.TryNumber(value.Text, out var number) => row => row.Number(index).CompareTo(number),
            ColumnType.Bool when value.Kind == TokenKind.Word && symbol is "=" or "!=" && FieldText.TryBoolean(value.Text, out var boolean) => row =>
                row.Integer(index).CompareTo(boolean ? 1 : 0),
            ColumnType.Timestamp when value.Kind == TokenKind.Text && FieldText.TryTimestamp(value.Text, out var ticks) => row => row.Integer(index).CompareTo(ticks),
            _ => throw FilterToken.Wrong(value.Place, $"{column.Name} is {Describe(column.Type)}, which {symbol} {value.Text} does not fit"),
        };
        Func<int, bool> holds = symbol switch
        {
            "=" => order => order == 0,
            "!=" => order => order != 0,
            "<" => order => order < 0,
            "<=" => order => order <= 0,
            ">" => order => order > 0,
            _ => order => order >= 0,
        };
        return row => !row.IsMissing(index) && holds(compare(row));
    }

    private static Func<RecordRow, bool> Contains(int index, Column column, int place, FilterToken value)
    {
        if (value.Kind != TokenKind.Text)
        {
            throw FilterToken.Wrong(value.Place, "what is contained is a text in quotes");
        }

        Func<RecordRow, bool> contains = column.Type switch
        {
            ColumnType.String => row => row.Text(index).Contains(value.Text, StringComparison.Ordinal),
            ColumnType.StringList => row => row.List<string>(index).Contains(value.Text),
            ColumnType.Boxes => row => row.List<Box>(index).Any(b => b.Label == value.Text),
            _ => throw FilterToken.Wrong(place, $"{column.Name} is {Describe(column.Type)}, and only strings, lists of strings and boxes (by their labels) contain a text"),
        };
        return row => !row.IsMissing(index) && contains(row);
    }

    private static string Describe(ColumnType type) => type switch
    {
        ColumnType.String => "a string",
        ColumnType.Int64 => "a whole number",
        ColumnType.Double => "a number",
        ColumnType.Bool => "true or false",
        ColumnType.Timestamp => "a moment",
        _ => $"of type {type.ToString().ToUpperInvariant()}",
    };
}
