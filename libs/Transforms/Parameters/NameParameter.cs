using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Specs;

namespace Mesh.Transforms.Parameters;

/// <summary>One name, such as that of a column; empty for none.</summary>
public sealed record NameParameter(string Name, string Meaning)
    : Parameter(Name, Meaning, JsonValue.Create(""))
{
    /// <inheritdoc/>
    public override string Kind => "name";

    /// <inheritdoc/>
    public override string Range => $"at most {PipelineSpec.MaximumName} characters; empty for none";

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        var name = given.ValueKind == JsonValueKind.String ? given.GetString()! : null;
        var valid = name?.Length <= PipelineSpec.MaximumName;
        problem = valid ? null : $"must be a name of {Range}";
        return valid ? JsonValue.Create(name) : null;
    }
}
