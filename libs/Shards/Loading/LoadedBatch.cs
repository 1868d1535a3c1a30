namespace Mesh.Shards.Loading;

/// <summary>
/// A batch whose memory is used again: whoever takes it from a <see cref="BatchLoader{TBatch}"/> has it until it is disposed, which hands it back to be
/// loaded with later samples. A kind of batch decides by <see cref="Load"/> what it holds of its samples.
/// </summary>
public abstract class LoadedBatch : IDisposable
{
    /// <summary>The samples in the order of the rows.</summary>
    public ReadOnlyMemory<int> Samples { get; internal set; }

    /// <summary>How many samples; 0 for a rank that has no part in the batch.</summary>
    public int Count => Samples.Length;

    internal BatchRing? Ring { get; set; }

    /// <summary>Whether the consumer has it. Guarded by the ring.</summary>
    internal bool Taken { get; set; }

    /// <summary>Hands the batch back, from any thread; nothing that was read from it may be used any more. A second call does nothing.</summary>
    public void Dispose() => Ring?.Return(this);

    /// <summary>Brings <see cref="Samples"/> into the batch's memory. Called on the loader's thread only; what it throws reaches the consumer.</summary>
    protected internal abstract void Load();

    /// <summary>Frees what the garbage collector does not. Called once, when the loader is disposed and nobody has the batch.</summary>
    protected internal virtual void Free()
    {
    }
}
