using System.Text.Json;
using Mesh.Ingest.Formats.Texts;

namespace Mesh.Ingest.Formats.Json;

/// <summary>Columns and their types, by the first records: in the order in which they are first seen.</summary>
internal sealed class JsonSample(int maxColumns) : JsonWalker
{
    /// <summary>Members of one level and those of objects between: an object without members is no column, but costs the same.</summary>
    private readonly int _maxFields = 8 * maxColumns;

    private readonly Dictionary<string, JsonColumn> _columns = new(StringComparer.Ordinal);
    private readonly List<JsonColumn> _order = [];
    private readonly List<(JsonColumn Column, JsonKinds Kind)> _record = [];
    private char[] _text = new char[64];
    private int _fields;

    /// <summary>Whether a record without fault was seen.</summary>
    public bool Any { get; private set; }

    /// <summary>The first record with one: its place, and its fault.</summary>
    public string? FirstProblem { get; private set; }

    public IEnumerable<JsonColumn> Columns => _order.Where(c => c.Guess.IsColumn);

    public void Add(ReadOnlySpan<byte> record, string place)
    {
        _record.Clear();
        if (Walk(record) is { } problem)
        {
            FirstProblem ??= $"{place} {problem}";
            return;
        }

        Any = true;
        foreach (var (column, kind) in _record)
        {
            if (column.Guess.IsNew)
            {
                _order.Add(column);
            }

            column.Guess.Add(kind);
        }
    }

    protected override JsonField? Add(JsonField parent, string name, string path)
    {
        if (++_fields > _maxFields)
        {
            throw new DatasetException("TOO_MANY_COLUMNS", $"The first records have more than {_maxFields} different names; {maxColumns} columns are possible here.");
        }

        if (!_columns.TryGetValue(path, out var column))
        {
            _columns[path] = column = new JsonColumn(path, _columns.Count);
        }

        return parent.Members[name] = new JsonField(path, column);
    }

    protected override void Enter(JsonField field) => _record.Add((field.Column!, JsonKinds.Object));

    protected override string? Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, JsonField field)
    {
        _record.Add((field.Column!, KindOf(ref reader)));
        return null;
    }

    private JsonKinds KindOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => JsonKinds.Null,
        JsonTokenType.True or JsonTokenType.False => JsonKinds.Boolean,
        JsonTokenType.Number => KindOfNumber(ref reader),
        JsonTokenType.String => KindOfString(ref reader),
        _ => KindOfList(ref reader),
    };

    private static JsonKinds KindOfNumber(ref Utf8JsonReader reader) => reader.TryGetInt64(out _) ? JsonKinds.Integer : JsonKinds.Number;

    private JsonKinds KindOfString(ref Utf8JsonReader reader)
    {
        if (_text.Length < reader.ValueSpan.Length)
        {
            _text = new char[reader.ValueSpan.Length];
        }

        // Also proves the text.
        var text = _text.AsSpan(0, reader.CopyString(_text));
        return FieldText.TryTimestamp(text, out _) ? JsonKinds.Moment : JsonKinds.Text;
    }

    private JsonKinds KindOfList(ref Utf8JsonReader reader)
    {
        var kinds = JsonKinds.None;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            kinds |= reader.TokenType switch
            {
                JsonTokenType.String => KindOfString(ref reader),
                JsonTokenType.Number => KindOfNumber(ref reader),
                _ => JsonKinds.OtherList,
            };
        }

        return kinds switch
        {
            JsonKinds.None => JsonKinds.EmptyList,
            JsonKinds.Text or JsonKinds.Moment or (JsonKinds.Text | JsonKinds.Moment) => JsonKinds.TextList,
            JsonKinds.Integer => JsonKinds.IntegerList,
            JsonKinds.Number or (JsonKinds.Integer | JsonKinds.Number) => JsonKinds.NumberList,
            _ => JsonKinds.OtherList,
        };
    }
}
