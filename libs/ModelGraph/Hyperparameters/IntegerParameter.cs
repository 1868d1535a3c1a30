using System.Globalization;

namespace Mesh.ModelGraph.Hyperparameters;

/// <summary>A whole number in [<paramref name="Min"/>, <paramref name="Max"/>]; <paramref name="Logarithmic"/> tells tuning to search by factors.</summary>
public sealed record IntegerParameter(string Name, int Min, int Max, int Default, string Meaning, bool Logarithmic = false)
    : Hyperparameter(Name, Meaning)
{
    public override string Type => "int";

    public override string Range => $"{Min} to {Max}";

    public override string DefaultText => Default.ToString(CultureInfo.InvariantCulture);

    internal override bool TryParse(string text, out object value)
    {
        var parsed = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return parsed && number >= Min && number <= Max;
    }
}
