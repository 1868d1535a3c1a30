using System.Text.Json;

namespace Mesh.Ingest.Formats.Detection;

/// <summary>What the beginning of a JSON text shows: one document, an object a line, or COCO annotations.</summary>
internal static class JsonHead
{
    private const int MaxDepth = 64;

    private static readonly HashSet<string> CocoKeys = ["info", "licenses", "images", "annotations", "categories", "type", "segment_info"];

    /// <returns>Null when it is no JSON after all.</returns>
    public static ContentKind? KindOf(ReadOnlySpan<byte> text, bool whole)
    {
        var reader = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
        var keys = new List<string>();
        // Of objects, among the members.
        var (arrays, last) = (0, JsonTokenType.None);
        try
        {
            if (!reader.Read())
            {
                return null;
            }

            var isArray = reader.TokenType == JsonTokenType.StartArray;
            while (reader.Read() && reader.CurrentDepth > 0)
            {
                if (!isArray && reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName })
                {
                    keys.Add(reader.GetString()!);
                }
                else if (!isArray && last == JsonTokenType.StartArray && reader is { CurrentDepth: 2, TokenType: JsonTokenType.StartObject })
                {
                    arrays++;
                }

                else if (isArray && reader is { CurrentDepth: 1, TokenType: JsonTokenType.StartObject })
                {
                    // Whatever follows: one record with a NaN in it does not make a text of it.
                    return ContentKind.Json;
                }

                last = reader.TokenType;
            }

            if (isArray)
            {
                return ContentKind.Json;
            }
        }
        catch (JsonException)
        {
            // Damaged, or one object a line: what came before the fault decides.
        }

        var complete = reader is { CurrentDepth: 0, TokenType: JsonTokenType.EndObject };
        if (complete && text[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
        {
            return ContentKind.JsonLines;
        }

        if (keys.Count > 0 && keys.All(CocoKeys.Contains) && keys.Exists(k => k is "images" or "annotations" or "categories"))
        {
            return ContentKind.Coco;
        }

        if (keys.Count == 0 && !complete)
        {
            return null;
        }

        // A single object is a document when it wraps a list of records, else it is the one record of its file. One that is
        // longer than the head is a document when it shows such a list, or spans lines.
        var document = complete ? whole && arrays == 1 : arrays == 1 || text.Contains((byte)'\n');
        return document ? ContentKind.Json : ContentKind.JsonLines;
    }
}
