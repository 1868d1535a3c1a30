namespace Mesh.Trainer.Checkpoints;

/// <summary>
/// The checkpoints of one run in a folder of its own, named by their step. A file appears whole or not at all
/// (temporary file, fsync, rename); the newest two are kept, so a damaged one, or a name that a power cut took with it,
/// costs an interval and not the run.
/// </summary>
/// <param name="folder">Need not exist yet.</param>
/// <param name="newest">
/// The file name of the newest checkpoint to read. Later ones are passed over: an attempt that lost its lease may have
/// left them. Null reads whatever there is.
/// </param>
public sealed class CheckpointStore(string folder, string? newest = null)
{
    private const int Kept = 2;
    private const string Suffix = ".checkpoint";

    /// <summary>Writes a checkpoint, removes those that are too old, and returns its file name and SHA-256.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public (string FileName, string Sha256) Save(ModelCheckpoint checkpoint)
    {
        var name = $"{checkpoint.State.Step:d12}-{checkpoint.State.Epoch:d6}{Suffix}";
        var path = Path.Combine(folder, name);
        // Unique, should an older attempt of the run still be alive.
        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(folder);
            string sha256;
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                sha256 = CheckpointFile.Write(file, checkpoint);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            foreach (var old in Paths().SkipWhile(p => p != path).Skip(Kept)) File.Delete(old);
            return (name, sha256);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>The newest checkpoint that is whole, if any, and why newer ones were passed over.</summary>
    public (ModelCheckpoint? Checkpoint, IReadOnlyList<string> Damaged) LoadLatest()
    {
        RemoveUnfinished();
        var damaged = new List<string>();
        foreach (var path in Paths().Where(p => newest is null || string.CompareOrdinal(Path.GetFileName(p), newest) <= 0))
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

    // Newest first.
    private IEnumerable<string> Paths() =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Suffix).OrderDescending(StringComparer.Ordinal).ToArray() : [];
}
