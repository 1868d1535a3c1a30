using System.Globalization;

namespace Mesh.ModelGraph.Hyperparameters;

/// <summary>Checked values of a <see cref="HyperparameterSpace"/>, defaults included.</summary>
public sealed class HyperparameterValues
{
    private readonly IReadOnlyDictionary<string, object> values;

    internal HyperparameterValues(IReadOnlyDictionary<string, object> values) => this.values = values;

    public int Integer(string name) => (int)values[name];

    public double Real(string name) => (double)values[name];

    public bool Boolean(string name) => (bool)values[name];

    public string Choice(string name) => (string)values[name];

    /// <summary>Every value as text, sorted by name; parses back to the same values.</summary>
    public IReadOnlyDictionary<string, string> ToText() => new SortedDictionary<string, string>(
        values.ToDictionary(v => v.Key, v => v.Value is bool b ? b ? "true" : "false" : Convert.ToString(v.Value, CultureInfo.InvariantCulture)!),
        StringComparer.Ordinal);
}
