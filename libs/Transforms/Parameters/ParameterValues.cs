using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Specs;

namespace Mesh.Transforms.Parameters;

/// <summary>Validated parameters with every default filled in, each in its canonical form.</summary>
internal sealed class ParameterValues
{
    private readonly JsonObject values = [];

    private ParameterValues()
    {
    }

    public long Integer(string name) => values[name]!.GetValue<long>();

    public double Number(string name) => values[name]!.GetValue<double>();

    public bool Boolean(string name) => values[name]!.GetValue<bool>();

    public string Choice(string name) => values[name]!.GetValue<string>();

    public string Text(string name) => values[name]!.GetValue<string>();

    public double[] Numbers(string name) => [.. values[name]!.AsArray().Select(item => item!.GetValue<double>())];

    public string[] Names(string name) => [.. values[name]!.AsArray().Select(item => item!.GetValue<string>())];

    public Dictionary<string, string> Map(string name) => values[name]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>(), StringComparer.Ordinal);

    /// <summary>Whether a list has anything in it.</summary>
    public bool Any(string list) => values[list]!.AsArray().Count > 0;

    public JsonObject ToJson() => values.DeepClone().AsObject();

    /// <summary>Reads the parameters of one transform; appends a violation per problem and returns null if there was any.</summary>
    public static ParameterValues? Read(TransformDefinition definition, JsonElement given, string path, List<SpecViolation> violations)
    {
        var before = violations.Count;
        var result = new ParameterValues();
        if (given.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            violations.Add(new(path, "must be an object"));
            return null;
        }

        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in given.ValueKind == JsonValueKind.Object ? given.EnumerateObject().ToArray() : [])
        {
            if (!definition.Parameters.Any(parameter => parameter.Name == property.Name))
                violations.Add(new($"{path}.{SpecViolation.Shorten(property.Name)}",
                    $"is not a parameter of {definition.Type}; known: {Known(definition)}"));
            else if (!found.TryAdd(property.Name, property.Value))
                violations.Add(new($"{path}.{property.Name}", "is given twice"));
        }

        foreach (var parameter in definition.Parameters)
            result.ReadOne(parameter, found, path, violations);

        if (violations.Count == before)
            violations.AddRange(definition.Check(result).Select(problem => new SpecViolation($"{path}.{problem.Parameter}", problem.Problem)));
        return violations.Count == before ? result : null;
    }

    private void ReadOne(Parameter parameter, Dictionary<string, JsonElement> found, string path, List<SpecViolation> violations)
    {
        if (!found.TryGetValue(parameter.Name, out var given))
        {
            if (parameter.Required)
                violations.Add(new($"{path}.{parameter.Name}", $"is required: {parameter.Kind}, {parameter.Range}"));
            else
                values[parameter.Name] = parameter.Default!.DeepClone();
            return;
        }

        var value = parameter.Read(given, out var problem);
        if (problem is null)
            values[parameter.Name] = value;
        else
            violations.Add(new($"{path}.{parameter.Name}", problem));
    }

    private static string Known(TransformDefinition definition) =>
        definition.Parameters.Count == 0 ? "none" : string.Join(", ", definition.Parameters.Select(parameter => parameter.Name));
}
