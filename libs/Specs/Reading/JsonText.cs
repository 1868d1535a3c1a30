using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Mesh.Specs.Reading;

/// <summary>Reads JSON text with its lines.</summary>
internal ref struct JsonText
{
    private readonly ReadOnlySpan<byte> text;
    private readonly Dictionary<string, int> lines = [];
    private Utf8JsonReader reader;
    private int counted;
    private int line = 1;

    private JsonText(ReadOnlySpan<byte> text)
    {
        this.text = text;
        reader = new(text, new JsonReaderOptions { MaxDepth = LinedJson.MaximumDepth });
    }

    /// <exception cref="PipelineSpecException">It is not JSON, or no object.</exception>
    public static LinedJson Read(ReadOnlySpan<byte> text)
    {
        var json = new JsonText(text);
        if (!Utf8.IsValid(text))
            throw LinedJson.Wrong(1, "is not UTF-8");
        try
        {
            json.reader.Read();
            var root = json.Value("") as JsonObject ?? throw LinedJson.Wrong(1, "must be an object");
            json.reader.Read();
            return new(root, json.lines);
        }
        catch (JsonException e)
        {
            throw LinedJson.Wrong((int)(e.LineNumber ?? 0) + 1, $"is not JSON: {Reason(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw LinedJson.Wrong(json.Line(), "is not JSON: a text holds half of a surrogate pair", e);
        }
    }

    // Without the place, which is said as a line from 1.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0].Split(" Path:")[0];

    private JsonNode? Value(string path)
    {
        lines[path] = Line();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var fields = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    if (fields.ContainsKey(name))
                        throw LinedJson.Wrong(Line(), $"has {LinedJson.Field(path, SpecViolation.Shorten(name))} twice");
                    var (field, named) = (LinedJson.Field(path, name), Line());
                    reader.Read();
                    fields[name] = Value(field);
                    lines[field] = named;
                }

                return fields;
            case JsonTokenType.StartArray:
                var items = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Value($"{path}[{items.Count}]"));
                return items;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.Null:
                return null;
            default:
                return JsonValue.Create(JsonElement.ParseValue(ref reader));
        }
    }

    private int Line()
    {
        var at = (int)reader.TokenStartIndex;
        line += text[counted..at].Count((byte)'\n');
        counted = at;
        return line;
    }
}
