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
