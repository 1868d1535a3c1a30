using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>A number within inclusive bounds.</summary>
public sealed record NumberParameter(string Name, double Minimum, double Maximum, string Meaning, double? DefaultValue = null)
    : Parameter(Name, Meaning, DefaultValue is { } value ? JsonValue.Create(value) : null)
{
    /// <inheritdoc/>
    public override string Kind => "number";

    /// <inheritdoc/>
    public override string Range => FormattableString.Invariant($"{Minimum} to {Maximum}");

    internal override JsonNode? Read(JsonElement given, out string? problem)
    {
        if (given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out var number) && number >= Minimum && number <= Maximum)
        {
            problem = null;
            // Zero has one form, so that its key has too.
            return JsonValue.Create(number == 0 ? 0.0 : number);
        }

        problem = $"must be a number from {Range}";
        return null;
    }
}
