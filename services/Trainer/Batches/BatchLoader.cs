using Mesh.Shards.Loading;

namespace Mesh.Trainer.Batches;

/// <summary>Loads the batches of an epoch as tensors, ahead of the training step; augments them, when asked to, on its own thread.</summary>
public sealed class BatchLoader(SampleSource source, SampleOrder order, int first = 0, EpochAugmentation? augmentation = null)
    : BatchLoader<Batch>(order, capacity => new Batch(source, augmentation, capacity), first);
