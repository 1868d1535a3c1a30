namespace Mesh.ModelGraph.Hyperparameters;

/// <summary>One of a few words; case matters.</summary>
public sealed record ChoiceParameter(string Name, IReadOnlyList<string> Choices, string Default, string Meaning) : Hyperparameter(Name, Meaning)
{
    public override string Type => "string";

    public override string Range => string.Join(", ", Choices);

    public override string DefaultText => Default;

    internal override bool TryParse(string text, out object value)
    {
        value = text;
        return Choices.Contains(text);
    }
}
