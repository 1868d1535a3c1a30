namespace Mesh.ModelGraph.Hyperparameters;

/// <summary>The settings that something takes, by name, in the order of its help.</summary>
public sealed class HyperparameterSpace(params IReadOnlyList<Hyperparameter> parameters)
{
    private readonly Dictionary<string, Hyperparameter> byName = parameters.ToDictionary(p => p.Name);

    public IReadOnlyList<Hyperparameter> Parameters { get; } = parameters;

    /// <summary>This space and another one; names must not meet.</summary>
    public HyperparameterSpace With(HyperparameterSpace other) => new([.. Parameters, .. other.Parameters]);

    /// <summary>Checks the given values and fills in the defaults.</summary>
    /// <exception cref="HyperparameterException">Names every unknown name and every value that is not allowed, at once.</exception>
    public HyperparameterValues Parse(IReadOnlyDictionary<string, string> given)
    {
        var violations = new List<HyperparameterViolation>();
        // Said once: it is long, and any number of names may be wrong.
        var known = $"; known are {string.Join(", ", byName.Keys)}";
        var values = new Dictionary<string, object>();
        foreach (var (name, text) in given.OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (!byName.TryGetValue(name, out var parameter))
            {
                violations.Add(new(Quotation.Of(name), $"is not known{known}"));
                known = "";
            }
            else if (parameter.TryParse(text, out var value))
            {
                values[name] = value;
            }
            else
            {
                violations.Add(new(name, $"'{Quotation.Of(text)}' is not allowed; it takes {parameter.Range} ({parameter.Type})"));
            }
        }
        if (violations.Count > 0) throw new HyperparameterException(violations);
        foreach (var parameter in Parameters)
        {
            if (values.ContainsKey(parameter.Name)) continue;
            if (!parameter.TryParse(parameter.DefaultText, out var value))
                throw new InvalidOperationException($"the default of '{parameter.Name}' is outside of its range");
            values[parameter.Name] = value;
        }
        return new HyperparameterValues(values);
    }
}
