using System.Runtime.InteropServices;
using Mesh.Shards.Loading;
using static TorchSharp.torch;

namespace Mesh.Trainer.Batches;

/// <summary>
/// One batch in memory: <see cref="Inputs"/> float32 <c>[n, C, H, W]</c>, <see cref="Labels"/> int64 <c>[n]</c>, on the CPU; with mixup also
/// <see cref="Shares"/>. Whoever takes it disposes it, when nothing reads the tensors any more: they are filled again. No dispose scope frees them,
/// because another thread made them.
/// </summary>
public sealed class Batch : LoadedBatch
{
    // The uint8 rows of one batch on their way to floats; the batches of a loader use it in turn, being loaded on one thread.
    [ThreadStatic]
    private static byte[]? rows;

    private readonly SampleSource source;
    private readonly EpochAugmentation? augmentation;
    private readonly Tensor inputs;
    private readonly Tensor labels;
    private readonly Tensor? shares;

    /// <param name="source">What the samples are read from.</param>
    /// <param name="augmentation">Changes them; null for samples as they are.</param>
    /// <param name="capacity">Samples of the largest batch.</param>
    internal Batch(SampleSource source, EpochAugmentation? augmentation, int capacity)
    {
        (this.source, this.augmentation) = (source, augmentation);
        inputs = empty(source.Shape.WithBatch(capacity), float32);
        labels = empty([capacity], int64);
        shares = augmentation?.Mixes == true ? empty([capacity], float32) : null;
        (Inputs, Labels, Shares) = (inputs.alias(), labels.alias(), shares?.alias());
    }

    public Tensor Inputs { get; private set; }

    public Tensor Labels { get; private set; }

    /// <summary>
    /// float32 <c>[n]</c>: each input is so much of its own sample, and the rest of it is of the next sample of the batch, the last's of the first.
    /// Null when nothing is mixed.
    /// </summary>
    public Tensor? Shares { get; private set; }

    protected override void Load()
    {
        var elements = checked(Count * source.Shape.Elements);
        if (rows is null || rows.Length < elements)
        {
            rows = new byte[elements];
        }
        source.Read(Samples.Span, rows.AsMemory(0, elements), MemoryMarshal.Cast<byte, float>(inputs.bytes),
            MemoryMarshal.Cast<byte, long>(labels.bytes), augmentation, shares is null ? [] : MemoryMarshal.Cast<byte, float>(shares.bytes));
        if (Labels.numel() != Count)
        {
            FreeViews();
            (Inputs, Labels, Shares) = (inputs.narrow(0, 0, Count), labels.narrow(0, 0, Count), shares?.narrow(0, 0, Count));
        }
    }

    protected override void Free()
    {
        FreeViews();
        inputs.Dispose();
        labels.Dispose();
        shares?.Dispose();
    }

    private void FreeViews()
    {
        Inputs.Dispose();
        Labels.Dispose();
        Shares?.Dispose();
    }
}
