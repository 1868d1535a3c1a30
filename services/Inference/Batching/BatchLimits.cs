namespace Mesh.Inference.Batching;

/// <summary>How a model's requests are put together.</summary>
/// <param name="MaxBatchRows">Rows of the largest batch; 1 runs each request alone.</param>
/// <param name="MaxQueueRows">Rows that may wait; a request beyond is turned away.</param>
/// <param name="MaxDelay">How long a request may wait for others while an instance is free.</param>
internal sealed record BatchLimits(int MaxBatchRows, int MaxQueueRows, TimeSpan MaxDelay);
