using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>The elements of one list column of one record.</summary>
internal readonly struct ColumnarList(ColumnarRow row, Column column)
{
    private readonly List<string>? _texts = column.Type == ColumnType.StringList ? [] : null;
    private readonly List<long>? _integers = column.Type == ColumnType.Int64List ? [] : null;
    private readonly List<double>? _numbers = column.Type == ColumnType.DoubleList ? [] : null;

    public string? Add(TypedValue value)
    {
        if (value.IsMissing)
        {
            return $"has {Printable.Of(column.Name, 60)} with an element that is missing";
        }

        if (row.Count(image: false, value.Bytes.Length) is { } tooLarge)
        {
            return tooLarge;
        }

        switch (value.Type)
        {
            case ColumnType.Int64 or ColumnType.Bool when _integers is not null:
                _integers.Add(value.Integer);
                return null;
            case ColumnType.Int64 when _numbers is not null:
                _numbers.Add(value.Integer);
                return null;
            case ColumnType.Double when _numbers is not null && double.IsFinite(value.Number):
                _numbers.Add(value.Number);
                return null;
            case ColumnType.String when _texts is not null && Utf8.IsValid(value.Bytes):
                _texts.Add(Encoding.UTF8.GetString(value.Bytes));
                return null;
            case ColumnType.Double:
                return TypedCells.Wrong(column, value.Number.ToString(CultureInfo.InvariantCulture));
            default:
                return $"has {Printable.Of(column.Name, 60)} with an element that does not belong in a {FieldText.Describe(column.Type)}";
        }
    }

    internal void Into(RecordRow target, int index)
    {
        if (_texts is not null)
        {
            target.SetList(index, _texts);
        }
        else if (_integers is not null)
        {
            target.SetList(index, _integers);
        }
        else if (_numbers is not null)
        {
            target.SetList(index, _numbers);
        }
    }
}
