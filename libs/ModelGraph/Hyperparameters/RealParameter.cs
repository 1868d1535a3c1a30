using System.Globalization;

namespace Mesh.ModelGraph.Hyperparameters;

/// <summary>A real number in [<paramref name="Min"/>, <paramref name="Max"/>]; <paramref name="Logarithmic"/> tells tuning to search by factors.</summary>
public sealed record RealParameter(string Name, double Min, double Max, double Default, string Meaning, bool Logarithmic = false)
    : Hyperparameter(Name, Meaning)
{
    public override string Type => "double";

    public override string Range => string.Create(CultureInfo.InvariantCulture, $"{Min} to {Max}");

    public override string DefaultText => Default.ToString(CultureInfo.InvariantCulture);

    internal override bool TryParse(string text, out object value)
    {
        var parsed = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        value = number;
        return parsed && number >= Min && number <= Max;
    }
}
