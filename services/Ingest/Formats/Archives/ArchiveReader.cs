namespace Mesh.Ingest.Formats.Archives;

internal enum EntryKind
{
    File,
    Folder,
    Link,
    Other,
}

/// <summary>The entries of one archive in a stable order. Damage throws <see cref="DatasetException"/>.</summary>
internal abstract class ArchiveReader : IAsyncDisposable
{
    /// <summary>As the archive has it, unchecked.</summary>
    public string Name { get; protected set; } = "";

    public EntryKind Kind { get; protected set; }

    /// <summary>Entries that are no folders; 0 when that shows only at the end.</summary>
    public virtual long Count => 0;

    /// <summary>Where another reader can begin, to move to this entry first; null when only reading leads to it.</summary>
    public virtual long? Entry => null;

    /// <summary>Bytes of the archive before the entry, about. Grows from entry to entry.</summary>
    public virtual long Position => 0;

    /// <summary>Whether contents can be entered in their middle.</summary>
    public virtual bool Seeks => false;

    /// <summary>Begins at an <see cref="Entry"/>. Only before the first move.</summary>
    public virtual void StartAt(long entry) => throw new NotSupportedException();

    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancel);

    /// <summary>Expands the current file into <paramref name="content"/>.</summary>
    /// <returns>Why it cannot be a record; null when all of it is there.</returns>
    public abstract ValueTask<string?> ReadAsync(ContentBuffer content, CancellationToken cancel);

    /// <summary>The current file, to be read front to back and disposed before moving on.</summary>
    /// <exception cref="DatasetException">It cannot be read at all.</exception>
    public abstract EntryStream OpenContent();

    /// <summary>The first bytes of the current file, and those from an offset on. Only when it <see cref="Seeks"/>.</summary>
    public virtual EntryStream OpenContent(long head, long offset) => throw new NotSupportedException();

    /// <summary>The current file in the store, open to be read in any order; null when it is compressed or in an archive.</summary>
    public virtual Task<LocalFile?> OpenLocalAsync(CancellationToken cancel) => Task.FromResult<LocalFile?>(null);

    public abstract ValueTask DisposeAsync();
}
