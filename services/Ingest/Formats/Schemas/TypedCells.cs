using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Schemas;

/// <summary>
/// Puts values that have a type already into a row. A column that was asked for with another type takes them where nothing
/// gets lost. Each call returns what is wrong with the value, in words that follow "it"; null when nothing is.
/// </summary>
internal sealed class TypedCells(RecordLayout layout, IngestOptions limits)
{
    private readonly FieldText _fields = FieldText.WithoutNulls(layout.Options.NullValues);
    private char[] _text = new char[256];

    /// <summary>For columns that must have a value, once all others are in.</summary>
    public static string? Missing(RecordRow row)
    {
        for (var i = 0; i < row.Columns.Length; i++)
        {
            if (!row.Columns[i].Nullable && row.IsMissing(i))
            {
                return $"has no {Printable.Of(row.Columns[i].Name, 60)}";
            }
        }

        return null;
    }

    public static string Wrong(Column column, ReadOnlySpan<char> value) =>
        $"has {Printable.Of(column.Name, 60)} \"{Printable.Of(value.Length > 80 ? value[..80].ToString() : value.ToString(), 40)}\", which is no {FieldText.Describe(column.Type)}";

    public string? Integer(RecordRow row, int index, long value)
    {
        switch (row.Columns[index].Type)
        {
            case ColumnType.Int64:
                row.SetInteger(index, value);
                return null;
            case ColumnType.Double:
                row.SetNumber(index, value);
                return null;
            default:
                return Formatted(row, index, value);
        }
    }

    /// <summary>NaN counts as missing, other numbers that are not finite are wrong.</summary>
    public string? Number(RecordRow row, int index, double value)
    {
        if (double.IsNaN(value))
        {
            return null;
        }

        if (double.IsFinite(value))
        {
            switch (row.Columns[index].Type)
            {
                case ColumnType.Double:
                    row.SetNumber(index, value);
                    return null;
                case ColumnType.Int64 when IsLong(value):
                    row.SetInteger(index, (long)value);
                    return null;
                case ColumnType.Int64 when layout.Inferred.Contains(row.Columns[index].Name):
                    throw new ColumnWidenedException(row.Columns[index].Name, ColumnType.Double);
                case ColumnType.String:
                    return Formatted(row, index, value);
            }
        }

        return Wrong(row.Columns[index], value.ToString(CultureInfo.InvariantCulture));
    }

    public string? Boolean(RecordRow row, int index, bool value)
    {
        switch (row.Columns[index].Type)
        {
            case ColumnType.Bool or ColumnType.Int64:
                row.SetInteger(index, value ? 1 : 0);
                return null;
            default:
                return Text(row, index, value ? "true" : "false");
        }
    }

    /// <param name="ticks">UTC.</param>
    public string? Moment(RecordRow row, int index, long ticks)
    {
        if (row.Columns[index].Type == ColumnType.Timestamp)
        {
            row.SetInteger(index, ticks);
            return null;
        }

        return Text(row, index, new DateTime(ticks, DateTimeKind.Utc).ToString("O", CultureInfo.InvariantCulture));
    }

    /// <summary>Other types than STRING are read out of the text.</summary>
    public string? Text(RecordRow row, int index, ReadOnlySpan<char> text)
    {
        var column = row.Columns[index];
        if (_fields.IsMissing(text))
        {
            return null;
        }

        if (column.Type == ColumnType.Image)
        {
            var bytes = new byte[text.Length / 4 * 3 + 3];
            return Convert.TryFromBase64Chars(text, bytes, out var written) ? Bytes(row, index, bytes.AsMemory(0, written)) : Wrong(column, text);
        }

        return _fields.Take(text, row, index);
    }

    public string? Text(RecordRow row, int index, ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return $"has {Printable.Of(row.Columns[index].Name, 60)} with bytes that are not UTF-8";
        }

        if (_text.Length < utf8.Length)
        {
            _text = new char[utf8.Length];
        }

        return Text(row, index, _text.AsSpan(0, Encoding.UTF8.GetChars(utf8, _text)));
    }

    /// <param name="bytes">Stay where they are: they must not change before the next record.</param>
    public string? Bytes(RecordRow row, int index, ReadOnlyMemory<byte> bytes)
    {
        switch (row.Columns[index].Type)
        {
            case ColumnType.Bytes:
                row.SetBytes(index, bytes);
                return null;
            case ColumnType.Image when bytes.IsEmpty:
                return $"has {Printable.Of(row.Columns[index].Name, 60)} without bytes";
            case ColumnType.Image:
                return ImageCheck.Take(bytes, row, index, limits) is { } problem ? $"has {Printable.Of(row.Columns[index].Name, 60)}, which {problem}" : null;
            default:
                return Text(row, index, bytes.Span);
        }
    }

    private string? Formatted<T>(RecordRow row, int index, T value)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[64];
        value.TryFormat(text, out var written, default, CultureInfo.InvariantCulture);
        return Text(row, index, text[..written]);
    }

    private static bool IsLong(double value) => value == Math.Truncate(value) && Math.Abs(value) <= 1L << 53;
}
