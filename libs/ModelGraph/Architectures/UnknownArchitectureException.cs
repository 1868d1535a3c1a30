namespace Mesh.ModelGraph.Architectures;

/// <summary>An architecture that the catalogue does not have.</summary>
public sealed class UnknownArchitectureException(string name, IReadOnlyList<string> known)
    : Exception($"architecture '{Quotation.Of(name)}' is not known; known are {string.Join(", ", known)}")
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Known { get; } = known;
}
