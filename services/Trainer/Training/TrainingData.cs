using Mesh.Trainer.Batches;

namespace Mesh.Trainer.Training;

/// <summary>What is learned from, and what is looked at after each epoch, if anything.</summary>
public sealed record TrainingData(SampleSource Training, SampleSource? Validation);
