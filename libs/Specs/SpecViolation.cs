namespace Mesh.Specs;

/// <summary>One thing wrong with a pipeline spec.</summary>
/// <param name="Field">Path of the field, such as <c>transforms[2].parameters.width</c>.</param>
/// <param name="Description">What is wrong and what is allowed.</param>
public sealed record SpecViolation(string Field, string Description)
{
    /// <summary>Line of the field in the file that the spec was read from, from 1; null when it was not read from a file.</summary>
    public int? Line { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? $"line {line}: {Field} {Description}" : $"{Field} {Description}";

    /// <summary>What the caller sent is repeated to the caller, but not at any length.</summary>
    public static string Shorten(string given) => given.Length <= 64 ? given : given[..64] + "…";
}
