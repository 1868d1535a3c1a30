namespace Mesh.ModelGraph.Architectures;

/// <summary>The architectures that can be trained. A new one is one file and one line here.</summary>
public static class ArchitectureCatalog
{
    public static IReadOnlyList<Architecture> All { get; } =
    [
        new Mlp(),
        new Cnn(),
    ];

    /// <exception cref="UnknownArchitectureException">There is none of this name.</exception>
    public static Architecture Find(string name) =>
        All.FirstOrDefault(a => a.Name == name) ?? throw new UnknownArchitectureException(name, [.. All.Select(a => a.Name)]);
}
