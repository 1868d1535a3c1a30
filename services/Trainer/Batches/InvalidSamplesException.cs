namespace Mesh.Trainer.Batches;

/// <summary>Samples that nothing can be trained or tested on.</summary>
public sealed class InvalidSamplesException(string problem) : Exception(problem);
