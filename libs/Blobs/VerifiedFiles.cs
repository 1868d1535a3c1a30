using System.Collections.Concurrent;

namespace Mesh.Blobs;

/// <summary>How a file looked when it was hashed: a file that looks otherwise has to be hashed again.</summary>
internal readonly record struct FileLook(long Size, DateTime Written)
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static FileLook At(string path)
    {
        var file = new FileInfo(path);
        return new FileLook(file.Length, file.LastWriteTimeUtc);
    }
}

/// <summary>The files whose bytes this process has found to be those of their digest.</summary>
internal sealed class VerifiedFiles
{
    private readonly ConcurrentDictionary<string, FileLook> verified = new();

    public bool Has(string path, FileLook look) => verified.TryGetValue(path, out var before) && before == look;

    /// <param name="look">From before the file was hashed.</param>
    public void Add(string path, FileLook look) => verified[path] = look;

    public void Remove(string path) => verified.TryRemove(path, out _);
}
