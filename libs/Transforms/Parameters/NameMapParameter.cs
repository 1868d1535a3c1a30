using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>An object from distinct, non-empty names to names. Their order means nothing.</summary>
public sealed record NameMapParameter(string Name, int MaximumCount, int MaximumLength, string Meaning)
    : Parameter(Name, Meaning, Default: null)
{
    /// <inheritdoc/>
    public override string Kind => "object of names";

    /// <inheritdoc/>
    public override string Range => $"1 to {MaximumCount}, each of 1 to {MaximumLength} characters, to names as long";

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        problem = $"must be an object of names, {Range}";
        if (given.ValueKind != JsonValueKind.Object || given.GetPropertyCount() is 0 || given.GetPropertyCount() > MaximumCount)
            return null;

        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in given.EnumerateObject())
        {
            if (!IsName(property.Name) || property.Value.ValueKind != JsonValueKind.String || property.Value.GetString() is not { } to || !IsName(to))
                return null;
            if (!map.TryAdd(property.Name, to))
            {
                problem = $"names '{property.Name}' twice";
                return null;
            }
        }

        problem = null;
        return new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
    }

    private bool IsName(string name) => name.Length >= 1 && name.Length <= MaximumLength;
}
