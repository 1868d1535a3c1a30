namespace Mesh.ModelGraph.Hyperparameters;

/// <summary>What is wrong with one named value.</summary>
public sealed record HyperparameterViolation(string Name, string Problem);

/// <summary>Values that are not allowed; <see cref="Violations"/> has all of them.</summary>
public sealed class HyperparameterException(IReadOnlyList<HyperparameterViolation> violations)
    : Exception(string.Join("; ", violations.Select(v => $"{v.Name}: {v.Problem}")))
{
    public IReadOnlyList<HyperparameterViolation> Violations { get; } = violations;
}
