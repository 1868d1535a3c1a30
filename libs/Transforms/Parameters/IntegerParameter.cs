using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>A whole number within inclusive bounds.</summary>
public sealed record IntegerParameter(string Name, long Minimum, long Maximum, string Meaning, long? DefaultValue = null)
    : Parameter(Name, Meaning, DefaultValue is { } value ? JsonValue.Create(value) : null)
{
    /// <inheritdoc/>
    public override string Kind => "integer";

    /// <inheritdoc/>
    public override string Range => $"{Minimum} to {Maximum}";

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        // A protobuf Struct knows only doubles, so 28.0 is as good as 28.
        if (given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out var number) && number == Math.Floor(number)
            && number >= Minimum && number <= Maximum)
        {
            problem = null;
            return JsonValue.Create((long)number);
        }

        problem = $"must be an integer from {Minimum} to {Maximum}";
        return null;
    }
}
