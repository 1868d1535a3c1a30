using Mesh.Shards.Loading;

namespace Mesh.Trainer.Batches;

/// <summary>Loads the batches of an epoch as tensors, ahead of the training step.</summary>
public sealed class BatchLoader(SampleSource source, SampleOrder order, int first = 0)
    : BatchLoader<Batch>(order, capacity => new Batch(source, capacity), first);
