using System.Text.Json;
using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Versions;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>
/// The categories that annotation files declare, also those of which there is no box: by their ids, and by name where files give
/// two of them one id. Takes the tokens of one file after the other. What is wrong with a category is passed over here; the
/// parser of the annotations says it.
/// </summary>
internal sealed class CocoCategories
{
    private readonly Dictionary<string, long> _least = new(StringComparer.Ordinal);
    private bool _inCategories;
    private string? _field;
    private long? _id;
    private string? _name;

    /// <summary>In order; none when there are more than label names can be.</summary>
    private LabelNames Names => _least.Count > LabelNames.MaxNames
        ? LabelNames.None
        : new LabelNames([.. _least.OrderBy(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key)]);

    /// <exception cref="DatasetException">A file is no JSON.</exception>
    public static async Task<LabelNames> FindAsync(IReadOnlyList<SourceFile> files, IngestOptions options, CancellationToken cancel)
    {
        var categories = new CocoCategories();
        await using var walk = new EntryWalk(files, new ExpansionBudget(options));
        while (await walk.MoveNextAsync(cancel))
        {
            if (walk.Kind != EntryKind.File || await CocoFiles.OpenAsync(walk, cancel) is not { } content)
            {
                continue;
            }

            await using (content)
            {
                await JsonTokens.ReadAsync(content, walk.Source, options.MaxRecordBytes, categories.Take, cancel);
            }
        }

        return categories.Names;
    }

    private void Take(ref Utf8JsonReader token)
    {
        switch (token.CurrentDepth, token.TokenType)
        {
            case (1, JsonTokenType.PropertyName):
                _inCategories = token.ValueTextEquals("categories");
                break;
            case (2, JsonTokenType.StartObject):
                (_field, _id, _name) = (null, null, null);
                break;
            case (2, JsonTokenType.EndObject) when _inCategories && _id is { } id && LabelNames.IsName(_name) && _least.Count <= LabelNames.MaxNames:
                _least[_name] = Math.Min(id, _least.GetValueOrDefault(_name, id));
                break;
            case (3, JsonTokenType.PropertyName) when _inCategories:
                _field = token.ValueTextEquals("id") ? "id" : token.ValueTextEquals("name") ? "name" : null;
                break;
            case (3, JsonTokenType.Number) when _inCategories && _field == "id":
                _id = token.TryGetInt64(out var whole) ? whole : token.TryGetDouble(out var number) && Math.Abs(number) < 1e15 ? (long)number : null;
                break;
            case (3, JsonTokenType.String) when _inCategories && _field == "name":
                _name = token.GetString();
                break;
        }
    }
}
