using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Caching;

/// <summary>
/// The files of a cache: <c>{service}/{project}/{aa}/{digest}</c>, downloads under way in <c>.tmp</c>, locks in <c>.locks</c>. Its members are short and are
/// called with <see cref="Lock"/> held, so that no file changes its name or goes between two looks at it. A file that is open elsewhere is in use: nothing
/// here removes it.
/// </summary>
internal sealed class CacheFolder(string root, long capacity)
{
    private readonly BlobLayout layout = new(root);

    /// <summary>Held for every change of a name and for every hit.</summary>
    public string Lock => Path.Combine(Locks, "folder");

    private string Locks => Path.Combine(layout.Root, ".locks");

    public void Create()
    {
        DurableFolder.Create(layout.Root, layout.Temporary);
        DurableFolder.Create(layout.Root, Locks);
    }

    public string PathOf(BlobScope scope, BlobDigest digest) => layout.Blob(scope, digest);

    public string NewTemporary() => layout.NewTemporary();

    /// <summary>Held while a blob is fetched. Shared by the digests that begin with the same two digits: those wait for each other.</summary>
    public string FetchLock(BlobDigest digest) => Path.Combine(Locks, digest.Hex[..2]);

    /// <summary>Opens a file for use and notes when; null when it is not there.</summary>
    public static SafeFileHandle? TryUse(string path, DateTimeOffset now)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        var used = File.OpenHandle(path);
        try
        {
            File.SetLastAccessTimeUtc(used, now.UtcDateTime);
            return used;
        }
        catch
        {
            used.Dispose();
            throw;
        }
    }

    /// <summary>An empty temporary file that counts with this size from now on. Evicts what was not used for longest until it fits.</summary>
    /// <exception cref="BlobStoreFullException">It does not fit beside what is in use.</exception>
    public SafeFileHandle Reserve(string temporary, long size)
    {
        MakeRoom(size);
        var file = OwnerOnlyFile.Create(temporary);
        try
        {
            RandomAccess.SetLength(file, size);
            return file;
        }
        catch
        {
            file.Dispose();
            BlobLayout.RemoveTemporary(temporary);
            throw;
        }
    }

    /// <summary>Gives a synced file its name.</summary>
    public void Publish(string temporary, string path)
    {
        DurableFolder.Create(layout.Root, Path.GetDirectoryName(path)!);
        DurableFolder.Rename(temporary, path);
        DurableFolder.Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes a file; false when it is in use.</summary>
    public static bool TryRemove(string path)
    {
        if (!File.Exists(path))
        {
            return true;
        }
        using var alone = FileLock.TryOpenAlone(path);
        if (alone is null)
        {
            return false;
        }
        File.Delete(path);
        return true;
    }

    private void MakeRoom(long size)
    {
        foreach (var left in Directory.EnumerateFiles(layout.Temporary))
        {
            // Whoever fetches has it open: this one's process is gone.
            TryRemove(left);
        }
        var files = new DirectoryInfo(layout.Root).EnumerateFiles("*", SearchOption.AllDirectories).Select(file => (file.FullName, file.Length, file.LastAccessTimeUtc)).ToList();
        var held = files.Sum(file => file.Length);
        foreach (var file in files.Where(file => BlobDigest.TryParse(Path.GetFileName(file.FullName), out _)).OrderBy(file => file.LastAccessTimeUtc))
        {
            if (Fits(held, size))
            {
                return;
            }
            if (TryRemove(file.FullName))
            {
                held -= file.Length;
            }
        }
        if (!Fits(held, size))
        {
            throw new BlobStoreFullException($"The local blob cache has no room for {size} bytes beside what is in use.");
        }
    }

    private bool Fits(long held, long size) => size <= capacity - held && size <= new DriveInfo(layout.Root).AvailableFreeSpace;
}
