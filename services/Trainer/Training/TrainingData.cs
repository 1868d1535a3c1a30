using Mesh.Trainer.Batches;
using Mesh.Transforms.Augmenting;

namespace Mesh.Trainer.Training;

/// <summary>What is learned from, and what is looked at after each epoch, if anything.</summary>
/// <param name="Augment">Random changes to what is learned from, and to nothing else; null for none.</param>
public sealed record TrainingData(SampleSource Training, SampleSource? Validation, AugmentStage? Augment = null)
{
    /// <summary>The changes of one epoch.</summary>
    public EpochAugmentation? Augmentation(long seed, int epoch) => Augment is null ? null : new(Augment, seed, epoch);
}
