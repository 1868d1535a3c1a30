namespace Mesh.ModelGraph.Hyperparameters;

/// <summary>
/// One setting, declared once; validation, help and tuning read the declaration. Values travel as text
/// (<see cref="System.Globalization.CultureInfo.InvariantCulture"/>), as they do on a command line and in a request.
/// </summary>
public abstract record Hyperparameter(string Name, string Meaning)
{
    /// <summary>What kind of value: "int", "double", "bool" or "string".</summary>
    public abstract string Type { get; }

    /// <summary>The allowed values in words, for help and error messages.</summary>
    public abstract string Range { get; }

    /// <summary>The default as text.</summary>
    public abstract string DefaultText { get; }

    /// <summary>Parses and checks a value; false when it is not allowed.</summary>
    internal abstract bool TryParse(string text, out object value);
}
