using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>True or false.</summary>
public sealed record BooleanParameter(string Name, bool DefaultValue, string Meaning)
    : Parameter(Name, Meaning, JsonValue.Create(DefaultValue))
{
    /// <inheritdoc/>
    public override string Kind => "boolean";

    /// <inheritdoc/>
    public override string Range => "";

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        var valid = given.ValueKind is JsonValueKind.True or JsonValueKind.False;
        problem = valid ? null : "must be true or false";
        return valid ? JsonValue.Create(given.GetBoolean()) : null;
    }
}
