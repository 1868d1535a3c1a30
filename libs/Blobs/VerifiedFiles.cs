using System.Collections.Concurrent;

namespace Mesh.Blobs;

/// <summary>The files whose bytes this process has found to be those of their digest.</summary>
internal sealed class VerifiedFiles
{
    private readonly ConcurrentDictionary<string, FileLook> verified = new();

    public bool Has(string path, FileLook look) => verified.TryGetValue(path, out var before) && before == look;

    /// <param name="look">From before the file was hashed.</param>
    public void Add(string path, FileLook look) => verified[path] = look;

    public void Remove(string path) => verified.TryRemove(path, out _);
}
