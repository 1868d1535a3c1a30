namespace Mesh.ModelGraph.Hyperparameters;

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed record BooleanParameter(string Name, bool Default, string Meaning) : Hyperparameter(Name, Meaning)
{
    public override string Type => "bool";

    public override string Range => "true or false";

    public override string DefaultText => Default ? "true" : "false";

    internal override bool TryParse(string text, out object value)
    {
        value = text == "true";
        return text is "true" or "false";
    }
}
