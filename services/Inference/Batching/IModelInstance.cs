using Mesh.Inference.Tensors;

namespace Mesh.Inference.Batching;

/// <summary>What computes one batch at a time: the seam between batching and the engine.</summary>
internal interface IModelInstance
{
    /// <summary>
    /// Runs the requests as one batch on the calling thread and gives the outputs of each, in order; the caller releases
    /// them. Never called twice at once on one instance.
    /// </summary>
    OutputTensor[][] Run(ReadOnlySpan<BatchRequest> batch);
}
