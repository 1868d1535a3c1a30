namespace Mesh.Blobs;

/// <summary>
/// A local file with a blob's bytes, to be read or memory-mapped and not changed. A cache does not evict it before this is disposed; a file that is
/// open or mapped by then stays readable.
/// </summary>
public sealed class LocalBlob : IDisposable
{
    private readonly IDisposable? use;

    /// <param name="use">Disposed with this; null where nothing removes the file behind its reader's back.</param>
    public LocalBlob(string path, IDisposable? use = null)
    {
        Path = path;
        this.use = use;
    }

    public string Path { get; }

    public void Dispose() => use?.Dispose();
}
