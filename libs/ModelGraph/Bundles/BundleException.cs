namespace Mesh.ModelGraph.Bundles;

/// <summary>A bundle that cannot be read or written; <see cref="File"/> is the entry at fault, or "archive".</summary>
public sealed class BundleException(string file, string problem, Exception? inner = null)
    : Exception($"model bundle, {file}: {problem}", inner)
{
    public string File { get; } = file;

    public string Problem { get; } = problem;
}
