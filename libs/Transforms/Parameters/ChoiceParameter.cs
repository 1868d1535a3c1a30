using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>One of a few words.</summary>
public sealed record ChoiceParameter(string Name, IReadOnlyList<string> Choices, string DefaultValue, string Meaning)
    : Parameter(Name, Meaning, JsonValue.Create(DefaultValue))
{
    /// <inheritdoc/>
    public override string Kind => "choice";

    /// <inheritdoc/>
    public override string Range => string.Join(", ", Choices);

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        var word = given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        var valid = word is not null && Choices.Contains(word);
        problem = valid ? null : $"must be one of: {Range}";
        return valid ? JsonValue.Create(word) : null;
    }
}
