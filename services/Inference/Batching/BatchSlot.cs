using System.Runtime.InteropServices;

namespace Mesh.Inference.Batching;

/// <summary>An instance and the batch it runs. Whoever holds the slot may run it; it queues itself on the thread pool without allocating.</summary>
internal sealed class BatchSlot(Batcher batcher, IModelInstance instance) : IThreadPoolWorkItem
{
    public IModelInstance Instance => instance;

    /// <summary>Kept between batches.</summary>
    public List<BatchRequest> Batch { get; } = [];

    public ReadOnlySpan<BatchRequest> Requests => CollectionsMarshal.AsSpan(Batch);

    public void Execute() => batcher.RunNext(this);
}
