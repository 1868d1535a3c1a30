using System.Text;
using System.Text.Json;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Json;

/// <summary>Reads records into a row of the version's columns.</summary>
internal sealed class JsonRow : JsonWalker
{
    private readonly RecordLayout _layout;
    private readonly TypedCells _cells;
    private readonly Dictionary<string, JsonColumn> _columns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _objects = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly List<long> _integers = [];
    private readonly List<double> _numbers = [];
    private char[] _text = new char[256];
    private RecordRow _row;

    public JsonRow(RecordLayout layout, IngestOptions limits)
    {
        (_layout, _row, _cells) = (layout, new RecordRow(layout.Schema), new TypedCells(layout, limits));
        for (var i = 0; i < _row.Columns.Length; i++)
        {
            var name = _row.Columns[i].Name;
            _columns[name] = new JsonColumn(name, i);
            for (var dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
            {
                _objects.Add(name[..dot]);
            }
        }
    }

    public string? Read(RecordRow row, ReadOnlySpan<byte> record)
    {
        _row = row;
        row.Clear();
        return Walk(record) ?? TypedCells.Missing(row);
    }

    protected override JsonField? Add(JsonField parent, string name, string path)
    {
        var column = _columns.GetValueOrDefault(path);
        return column is null && !_objects.Contains(path) ? null : parent.Members[name] = new JsonField(path, column);
    }

    protected override string? Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, JsonField field)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (field.Column is not { } column)
        {
            return $"has {Printable.Of(field.Path, 60)} that is no object, as it is in the first records";
        }

        var index = column.Index;
        switch (_row.Columns[index].Type)
        {
            case ColumnType.StringList or ColumnType.Int64List or ColumnType.DoubleList:
                return List(ref reader, record, index);
            case ColumnType.String when reader.TokenType != JsonTokenType.String:
                var text = Raw(ref reader, record);
                _row.SetText(index, Decode(text));
                return null;
        }

        return reader.TokenType switch
        {
            JsonTokenType.String => _cells.Text(_row, index, Unescaped(ref reader)),
            JsonTokenType.True or JsonTokenType.False => _cells.Boolean(_row, index, reader.GetBoolean()),
            JsonTokenType.Number when reader.TryGetInt64(out var integer) => _cells.Integer(_row, index, integer),
            // Beyond the largest number it is infinite.
            JsonTokenType.Number when double.IsFinite(reader.GetDouble()) => _cells.Number(_row, index, reader.GetDouble()),
            _ => TypedCells.Wrong(_row.Columns[index], Decode(Raw(ref reader, record))),
        };
    }

    private string? List(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int index)
    {
        var column = _row.Columns[index];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return TypedCells.Wrong(column, Decode(Raw(ref reader, record)));
        }

        switch (column.Type)
        {
            case ColumnType.StringList:
                _texts.Clear();
                while (reader.Read() && reader.TokenType == JsonTokenType.String)
                {
                    _texts.Add(reader.GetString()!);
                }

                _row.SetList(index, _texts);
                break;
            case ColumnType.Int64List:
                _integers.Clear();
                while (reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var integer))
                {
                    _integers.Add(integer);
                }

                _row.SetList(index, _integers);
                break;
            default:
                _numbers.Clear();
                while (reader.Read() && reader.TokenType == JsonTokenType.Number && double.IsFinite(reader.GetDouble()))
                {
                    _numbers.Add(reader.GetDouble());
                }

                _row.SetList(index, _numbers);
                break;
        }

        return reader.TokenType == JsonTokenType.EndArray ? null : WrongElement(ref reader, record, column);
    }

    private string WrongElement(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, Column column)
    {
        if (column.Type == ColumnType.Int64List && reader.TokenType == JsonTokenType.Number && double.IsFinite(reader.GetDouble()) && _layout.Inferred.Contains(column.Name))
        {
            throw new ColumnWidenedException(column.Name, ColumnType.DoubleList);
        }

        return TypedCells.Wrong(column, Decode(Raw(ref reader, record)));
    }

    /// <summary>The value as it stands in the file.</summary>
    private static ReadOnlySpan<byte> Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> record)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return record[start..(int)reader.BytesConsumed];
    }

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> utf8)
    {
        Grow(utf8.Length);
        return _text.AsSpan(0, Encoding.UTF8.GetChars(utf8, _text));
    }

    private ReadOnlySpan<char> Unescaped(ref Utf8JsonReader reader)
    {
        Grow(reader.ValueSpan.Length);
        return _text.AsSpan(0, reader.CopyString(_text));
    }

    private void Grow(int length) => _text = _text.Length < length ? new char[length] : _text;
}
