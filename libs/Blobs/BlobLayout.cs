namespace Mesh.Blobs;

/// <summary>Where the file store keeps things: <c>{root}/{service}/{project}/{aa}/{digest}</c>, sidecars beside them, unfinished files in <c>{root}/.tmp</c>.</summary>
internal sealed class BlobLayout(string root)
{
    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <summary>On the blobs' own file system, so that a rename is enough; no scope can be called so.</summary>
    public string Temporary => Path.Combine(Root, ".tmp");

    public string Scope(BlobScope scope) => Path.Combine(Root, scope.Service, scope.Project);

    public string Blob(BlobScope scope, BlobDigest digest) => Path.Combine(Scope(scope), digest.Hex[..2], digest.Hex);

    public string NewTemporary() => Path.Combine(Temporary, Guid.NewGuid().ToString("N"));

    /// <summary>Removes what is left of a write; if that fails, a later sweep does it.</summary>
    public static void RemoveTemporary(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The failure that led here, if any, is the one to report.
        }
    }

    public void SweepTemporaries(DateTimeOffset notTouchedSince)
    {
        foreach (var file in Directory.EnumerateFiles(Temporary))
        {
            if (File.GetLastWriteTimeUtc(file) < notTouchedSince.UtcDateTime)
            {
                File.Delete(file);
            }
        }
    }
}
