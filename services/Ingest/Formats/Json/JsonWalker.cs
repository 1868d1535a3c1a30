using System.Text.Json;
using System.Text.Unicode;

namespace Mesh.Ingest.Formats.Json;

/// <summary>
/// Goes through one record after the other, member by member, without building anything. Says what is wrong with a record,
/// by the rules that hold whatever its columns are: one object, valid UTF-8, no name twice, objects in objects at most eight
/// deep.
/// </summary>
internal abstract class JsonWalker
{
    private const int MaxObjects = 8;
    private const int MaxDepth = 64;
    private const int MaxPath = 256;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = MaxDepth };

    private readonly JsonField _root = new("", column: null);
    private char[] _name = new char[MaxPath];

    /// <summary>Number of the record that is being walked.</summary>
    protected long Number { get; private set; }

    /// <returns>Why it cannot be a record; null when nothing is wrong.</returns>
    public string? Walk(ReadOnlySpan<byte> record)
    {
        Number++;
        if (!Utf8.IsValid(record))
        {
            return "holds bytes that are not UTF-8";
        }

        var reader = new Utf8JsonReader(record, Strict);
        try
        {
            reader.Read();
            return reader.TokenType != JsonTokenType.StartObject ? "is no JSON object" : Object(ref reader, record, _root, depth: 1) ?? End(ref reader);
        }
        catch (JsonException e)
        {
            return $"is not valid JSON (at byte {e.BytePositionInLine + 1}{(e.LineNumber > 0 ? $" of its line {e.LineNumber + 1}" : "")})";
        }
        catch (InvalidOperationException)
        {
            // The reader's word for an escape such as \ud800 alone.
            return "holds half a character (a surrogate without its other half)";
        }
    }

    /// <summary>A member that was not there before.</summary>
    /// <returns>Null when it is not to be had.</returns>
    protected abstract JsonField? Add(JsonField parent, string name, string path);

    /// <summary>A value that is no object; the reader stands on it, and behind it afterwards.</summary>
    /// <returns>What is wrong with it.</returns>
    protected abstract string? Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, JsonField field);

    /// <summary>An object begins.</summary>
    protected virtual void Enter(JsonField field)
    {
    }

    // Throws for text behind the object.
    private static string? End(ref Utf8JsonReader reader) => reader.Read() ? "has text behind its object" : null;

    private string? Object(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, JsonField parent, int depth)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Member(ref reader, parent, out var path) is not { } field)
            {
                if (path.Length == 0)
                {
                    return "has a name that is empty, longer than 256 characters (with those around it) or holds control characters";
                }

                if (!SkipEmpty(ref reader))
                {
                    return $"has {Printable.Of(path, 60)}, which the first records do not have; to keep it, name it in the schema";
                }

                continue;
            }

            reader.Read();
            if (field.Seen == Number || reader.TokenType != JsonTokenType.StartObject && field.Column?.Seen == Number)
            {
                return $"has {Printable.Of(field.Path, 60)} twice";
            }

            field.Seen = Number;
            if ((reader.TokenType == JsonTokenType.StartObject ? Nested(ref reader, record, field, depth) : Value(ref reader, record, field)) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Nested(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, JsonField field, int depth)
    {
        if (depth == MaxObjects)
        {
            return $"has objects in objects more than {MaxObjects} deep, at {Printable.Of(field.Path, 60)}";
        }

        Enter(field);
        return Object(ref reader, record, field, depth + 1);
    }

    private string? Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, JsonField field)
    {
        if (field.Column is { } column)
        {
            column.Seen = Number;
        }

        return Take(ref reader, record, field);
    }

    private JsonField? Member(ref Utf8JsonReader reader, JsonField parent, out string path)
    {
        path = "";
        if (reader.ValueSpan.Length > _name.Length)
        {
            _name = new char[reader.ValueSpan.Length];
        }

        // Throws for a surrogate without its other half.
        var name = _name.AsSpan(0, reader.CopyString(_name));
        if (parent.Find(name) is { } known)
        {
            return known;
        }

        if (name.IsEmpty || parent.Path.Length + 1 + name.Length > MaxPath || name.IndexOfAnyInRange('\0', '\u001f') >= 0 || name.IndexOfAnyInRange('\u007f', '\u009f') >= 0)
        {
            return null;
        }

        path = parent.PathOf(name);
        return Add(parent, name.ToString(), path);
    }

    /// <summary>Passes over a value that says nothing: null, or an object of such; false when it says something.</summary>
    private static bool SkipEmpty(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return reader.TokenType == JsonTokenType.Null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!SkipEmpty(ref reader))
            {
                return false;
            }
        }

        return true;
    }
}
