namespace Mesh.Trainer.Checkpoints;

/// <summary>
/// The checkpoints of one run in a folder of its own, named by their step. A file appears whole or not at all
/// (temporary file, fsync, rename). Two are kept, the newest that the service has accepted and the one before it, so a
/// damaged one, or a name that a power cut took with it, costs an interval and not the run.
/// </summary>
/// <param name="folder">Need not exist yet.</param>
/// <param name="newest">
/// The file name of the newest checkpoint to read. Later ones are passed over: an attempt that lost its lease may have
/// left them. Null reads whatever there is.
/// </param>
public sealed class CheckpointStore(string folder, string? newest = null)
{
    private const string Suffix = ".checkpoint";

    /// <summary>Writes a checkpoint and returns its file name.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public string Save(ModelCheckpoint checkpoint)
    {
        var name = $"{checkpoint.State.Step:d12}-{checkpoint.State.Epoch:d6}{Suffix}";
        var path = Path.Combine(folder, name);
        // Unique, should an older attempt of the run still be alive.
        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                CheckpointFile.Write(file, checkpoint);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            return name;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // On a full disk it is the space that is missing.
            if (File.Exists(temporary)) File.Delete(temporary);
            throw new CheckpointException(path, $"cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Removes what came before <paramref name="accepted"/>, but for the last; later ones stay.</summary>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Prune(string accepted)
    {
        foreach (var old in Paths().Where(p => IsUpTo(p, accepted)).Skip(2)) File.Delete(old);
    }

    /// <summary>The newest checkpoint that is whole, if any, and why newer ones were passed over.</summary>
    public (ModelCheckpoint? Checkpoint, IReadOnlyList<string> Damaged) LoadLatest()
    {
        RemoveUnfinished();
        var damaged = new List<string>();
        if (newest is { Length: > 0 } && !File.Exists(Path.Combine(folder, newest))) damaged.Add($"{newest} is missing");
        foreach (var path in Paths().Where(p => newest is null || IsUpTo(p, newest)))
        {
            try
            {
                return (CheckpointFile.Read(path), damaged);
            }
            catch (CheckpointException unreadable)
            {
                damaged.Add(unreadable.Message);
            }
        }
        return (null, damaged);
    }

    // What a process left that ended while it wrote.
    private void RemoveUnfinished()
    {
        if (!Directory.Exists(folder)) return;
        // Not by the pattern "*.checkpoint.*": by the rules of DOS, which .NET keeps, finished ones match it too.
        foreach (var file in Directory.EnumerateFiles(folder).Where(f => Path.GetFileName(f).Contains(Suffix + '.'))) File.Delete(file);
    }

    private static bool IsUpTo(string path, string name) => string.CompareOrdinal(Path.GetFileName(path), name) <= 0;

    // Newest first.
    private IEnumerable<string> Paths() =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Suffix).OrderDescending(StringComparer.Ordinal).ToArray() : [];
}
