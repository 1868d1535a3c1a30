using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>A list of numbers within inclusive bounds; empty by default.</summary>
public sealed record NumberListParameter(string Name, double Minimum, double Maximum, int MaximumCount, string Meaning)
    : Parameter(Name, Meaning, new JsonArray())
{
    /// <inheritdoc/>
    public override string Kind => "list of numbers";

    /// <inheritdoc/>
    public override string Range => FormattableString.Invariant($"at most {MaximumCount}, each {Minimum} to {Maximum}");

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        problem = $"must be a list of numbers, {Range}";
        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() > MaximumCount)
            return null;

        var list = new JsonArray();
        foreach (var item in given.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var number) || !(number >= Minimum && number <= Maximum))
                return null;
            list.Add(JsonValue.Create(number));
        }

        problem = null;
        return list;
    }
}
