using static TorchSharp.torch;

namespace Mesh.Trainer.Batches;

/// <summary>
/// One batch in memory: <see cref="Inputs"/> float32 <c>[n, C, H, W]</c>, <see cref="Labels"/> int64 <c>[n]</c>, on the CPU.
/// Whoever takes it disposes it; no dispose scope does, because another thread made it.
/// </summary>
public sealed class Batch(ReadOnlyMemory<int> samples, Tensor inputs, Tensor labels) : IDisposable
{
    /// <summary>The samples in the order of the rows.</summary>
    public ReadOnlyMemory<int> Samples { get; } = samples;

    public Tensor Inputs { get; } = inputs;

    public Tensor Labels { get; } = labels;

    public int Count => Samples.Length;

    public void Dispose()
    {
        Inputs.Dispose();
        Labels.Dispose();
    }
}
