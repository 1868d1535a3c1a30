using System.Runtime.InteropServices;
using Mesh.Shards.Loading;
using static TorchSharp.torch;

namespace Mesh.Trainer.Batches;

/// <summary>
/// One batch in memory: <see cref="Inputs"/> float32 <c>[n, C, H, W]</c>, <see cref="Labels"/> int64 <c>[n]</c>, on the CPU. Whoever takes it disposes
/// it, when nothing reads the tensors any more: they are filled again. No dispose scope frees them, because another thread made them.
/// </summary>
public sealed class Batch : LoadedBatch
{
    // The uint8 rows of one batch on their way to floats; the batches of a loader use it in turn, being loaded on one thread.
    [ThreadStatic]
    private static byte[]? rows;

    private readonly SampleSource source;
    private readonly Tensor inputs;
    private readonly Tensor labels;

    /// <param name="source">What the samples are read from.</param>
    /// <param name="capacity">Samples of the largest batch.</param>
    internal Batch(SampleSource source, int capacity)
    {
        this.source = source;
        inputs = empty(source.Shape.WithBatch(capacity), float32);
        labels = empty([capacity], int64);
        (Inputs, Labels) = (inputs.alias(), labels.alias());
    }

    public Tensor Inputs { get; private set; }

    public Tensor Labels { get; private set; }

    protected override void Load()
    {
        var elements = checked(Count * source.Shape.Elements);
        if (rows is null || rows.Length < elements)
        {
            rows = new byte[elements];
        }
        source.Read(Samples.Span, rows.AsSpan(0, elements),
            MemoryMarshal.Cast<byte, float>(inputs.bytes), MemoryMarshal.Cast<byte, long>(labels.bytes));
        if (Labels.numel() != Count)
        {
            FreeViews();
            (Inputs, Labels) = (inputs.narrow(0, 0, Count), labels.narrow(0, 0, Count));
        }
    }

    protected override void Free()
    {
        FreeViews();
        inputs.Dispose();
        labels.Dispose();
    }

    private void FreeViews()
    {
        Inputs.Dispose();
        Labels.Dispose();
    }
}
