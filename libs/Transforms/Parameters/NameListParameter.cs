using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>A list of distinct, non-empty names; empty by default.</summary>
public sealed record NameListParameter(string Name, int MaximumCount, int MaximumLength, string Meaning)
    : Parameter(Name, Meaning, new JsonArray())
{
    /// <inheritdoc/>
    public override string Kind => "list of names";

    /// <inheritdoc/>
    public override string Range => $"at most {MaximumCount}, distinct, each of 1 to {MaximumLength} characters";

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        problem = $"must be a list of names, {Range}";
        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() > MaximumCount)
            return null;

        var list = new JsonArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in given.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 } name || name.Length > MaximumLength)
                return null;
            if (!seen.Add(name))
            {
                problem = $"names '{name}' twice";
                return null;
            }

            list.Add(JsonValue.Create(name));
        }

        problem = null;
        return list;
    }
}
