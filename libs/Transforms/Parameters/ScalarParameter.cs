using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>A single value whose kind the column decides: a text, or a number, true or false, which are kept as their texts.</summary>
public sealed record ScalarParameter(string Name, int MaximumLength, string DefaultValue, string Meaning)
    : Parameter(Name, Meaning, JsonValue.Create(DefaultValue))
{
    /// <inheritdoc/>
    public override string Kind => "text, number or boolean";

    /// <inheritdoc/>
    public override string Range => $"at most {MaximumLength} characters";

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        var text = given.ValueKind switch
        {
            JsonValueKind.String => given.GetString(),
            // A protobuf Struct knows only doubles, so 28.0 is as good as 28.
            JsonValueKind.Number when given.TryGetDouble(out var number) && double.IsFinite(number) => (number + 0.0).ToString(CultureInfo.InvariantCulture),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        var valid = text?.Length <= MaximumLength;
        problem = valid ? null : $"must be a text, a number, true or false, of {Range}";
        return valid ? JsonValue.Create(text) : null;
    }
}
