namespace Mesh.ModelGraph;

/// <summary>A graph that cannot be built or exported. The message names the node.</summary>
public sealed class GraphException(string node, string problem) : Exception($"node '{node}': {problem}")
{
    public string Node { get; } = node;

    public string Problem { get; } = problem;
}
