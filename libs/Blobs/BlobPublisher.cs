namespace Mesh.Blobs;

/// <summary>
/// Makes blobs visible and removes them. Publishing and deleting the same blob are kept apart, so that no blob ends up without its sidecar;
/// within one process only. A service that publishes and deletes in different processes has to keep the two apart itself.
/// </summary>
internal sealed class BlobPublisher(BlobLayout layout)
{
    // A lock is shared by the digests that fall on it.
    private readonly Lock[] locks = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    /// <summary>
    /// Gives a synced file its name. The sidecar is durable first: whoever sees the blob can verify it. A blob that is there already is replaced:
    /// its bytes may have rotted since, and its name may not be durable yet. Who has the old file open keeps it.
    /// </summary>
    public void Publish(string path, string synced, HashedContent content)
    {
        lock (LockOf(content.Digest))
        {
            DurableFolder.Create(layout.Root, Path.GetDirectoryName(path)!);
            WriteSidecar(path, content);
            DurableFolder.Rename(synced, path);
            DurableFolder.Sync(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Publishes a file from elsewhere and removes it there: by a rename, or by a copy when it is on another file system.</summary>
    public void Adopt(string path, string source, HashedContent content)
    {
        SealFile(source);
        try
        {
            Publish(path, source, content);
        }
        catch (IOException fault) when (fault.HResult == DurableFolder.CrossDevice)
        {
            var temporary = layout.NewTemporary();
            try
            {
                File.Copy(source, temporary);
                // The copy has the source's time, and what is old looks abandoned.
                File.SetLastWriteTimeUtc(temporary, DateTime.UtcNow);
                SealFile(temporary);
                Publish(path, temporary, content);
            }
            finally
            {
                BlobLayout.RemoveTemporary(temporary);
            }
        }
        File.Delete(source);
    }

    /// <summary>Writes the chunk hashes anew unless they are there and right.</summary>
    public void RepairSidecar(string path, HashedContent content)
    {
        lock (LockOf(content.Digest))
        {
            if (File.Exists(path) && !SidecarIs(path, ChunkSidecar.Encode(content)))
            {
                WriteSidecar(path, content);
            }
        }
    }

    public bool Delete(string path, BlobDigest digest)
    {
        lock (LockOf(digest))
        {
            if (!File.Exists(path))
            {
                return false;
            }
            File.Delete(path);
            File.Delete(path + ChunkSidecar.Suffix);
            DurableFolder.Sync(Path.GetDirectoryName(path)!);
            return true;
        }
    }

    private Lock LockOf(BlobDigest digest) => locks[(uint)digest.GetHashCode() % locks.Length];

    private void WriteSidecar(string path, HashedContent content)
    {
        var temporary = layout.NewTemporary();
        try
        {
            using (var file = OwnerOnlyFile.Create(temporary))
            {
                RandomAccess.Write(file, ChunkSidecar.Encode(content), 0);
                RandomAccess.FlushToDisk(file);
            }
            DurableFolder.Rename(temporary, path + ChunkSidecar.Suffix);
        }
        catch
        {
            BlobLayout.RemoveTemporary(temporary);
            throw;
        }
        DurableFolder.Sync(Path.GetDirectoryName(path)!);
    }

    private static void SealFile(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        OwnerOnlyFile.Restrict(file);
        RandomAccess.FlushToDisk(file);
    }

    private static bool SidecarIs(string path, byte[] expected) =>
        new FileInfo(path + ChunkSidecar.Suffix) is { Exists: true } sidecar
        && sidecar.Length == expected.Length
        && File.ReadAllBytes(sidecar.FullName).AsSpan().SequenceEqual(expected);
}
