using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Texts;

/// <summary>The narrowest type that takes every value of a column seen so far.</summary>
internal sealed class ColumnGuess
{
    private bool _seen;
    private bool _boolean = true;
    private bool _integer = true;
    private bool _number = true;
    private bool _timestamp = true;

    public ColumnType Type => !_seen ? ColumnType.String
        : _boolean ? ColumnType.Bool
        : _integer ? ColumnType.Int64
        : _number ? ColumnType.Double
        : _timestamp ? ColumnType.Timestamp
        : ColumnType.String;

    /// <param name="text">A value that is not missing.</param>
    public void Add(ReadOnlySpan<char> text)
    {
        _seen = true;
        _boolean = _boolean && FieldText.TryBoolean(text, out _);
        _integer = _integer && FieldText.TryInteger(text, out _);
        _number = _number && FieldText.TryNumber(text, out _);
        _timestamp = _timestamp && FieldText.TryTimestamp(text, out _);
    }
}
