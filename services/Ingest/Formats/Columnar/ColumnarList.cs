using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>The elements of one list of one record, in buffers for all of them.</summary>
internal sealed class ColumnarList
{
    private readonly List<string> _texts = [];
    private readonly List<long> _integers = [];
    private readonly List<double> _numbers = [];
    private Column _column = new();

    public void Begin(Column column)
    {
        _column = column;
        _texts.Clear();
        _integers.Clear();
        _numbers.Clear();
    }

    public string? Add(TypedValue value)
    {
        if (value.IsMissing)
        {
            return $"has {Printable.Of(_column.Name, 60)} with an element that is missing";
        }

        switch (value.Type, _column.Type)
        {
            case (ColumnType.Int64 or ColumnType.Bool, ColumnType.Int64List):
                _integers.Add(value.Integer);
                return null;
            case (ColumnType.Int64, ColumnType.DoubleList):
                _numbers.Add(value.Integer);
                return null;
            case (ColumnType.Double, ColumnType.DoubleList) when double.IsFinite(value.Number):
                _numbers.Add(value.Number);
                return null;
            case (ColumnType.String, ColumnType.StringList) when Utf8.IsValid(value.Bytes):
                _texts.Add(Encoding.UTF8.GetString(value.Bytes));
                return null;
            case (ColumnType.Double, _):
                return TypedCells.Wrong(_column, value.Number.ToString(CultureInfo.InvariantCulture));
            default:
                return $"has {Printable.Of(_column.Name, 60)} with an element that does not belong in a {FieldText.Describe(_column.Type)}";
        }
    }

    public void Into(RecordRow row, int index)
    {
        switch (_column.Type)
        {
            case ColumnType.StringList:
                row.SetList(index, _texts);
                break;
            case ColumnType.Int64List:
                row.SetList(index, _integers);
                break;
            case ColumnType.DoubleList:
                row.SetList(index, _numbers);
                break;
        }
    }
}
