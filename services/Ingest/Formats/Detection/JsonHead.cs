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
        var arrays = 0;
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
                else if (reader is { CurrentDepth: 1, TokenType: JsonTokenType.StartArray })
                {
                    arrays++;
                }
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

        // A single object is a document when it wraps a list of records, else it is the one record of its file.
        return keys.Count == 0 && !complete ? null : complete && (!whole || arrays != 1) ? ContentKind.JsonLines : ContentKind.Json;
    }
}
