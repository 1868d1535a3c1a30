namespace Mesh.Shards.Loading;

/// <summary>
/// Which samples make up each batch of one epoch. A pure function of (samples, batch size, seed, epoch) that does not know of ranks: each rank takes its
/// part of every batch. So the count of batches done is all the cursor that a run needs, and it may go on in the middle of an epoch with another number
/// of ranks. Batches differ in size by at most one sample, so the last is never a small rest.
/// Four bytes a sample in memory, for up to <see cref="Array.MaxLength"/> samples (2³¹ − 57).
/// </summary>
public sealed class SampleOrder
{
    private readonly int[] samples;

    private SampleOrder(int[] samples, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        this.samples = samples;
        Batches = (int)(((long)samples.Length + batchSize - 1) / batchSize);
    }

    /// <summary>How many batches, over all ranks together, make the epoch.</summary>
    public int Batches { get; }

    /// <summary>A random permutation (Fisher–Yates). Takes about a second for 100 million samples.</summary>
    public static SampleOrder Shuffled(int samples, int batchSize, long seed, int epoch)
    {
        var order = Identity(samples);
        var random = new SeededRandom(seed, epoch);
        for (var i = samples - 1; i > 0; i--)
        {
            var j = (int)random.Below((uint)i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return new SampleOrder(order, batchSize);
    }

    /// <summary>Every sample in its own order, for evaluation.</summary>
    public static SampleOrder Sequential(int samples, int batchSize) => new(Identity(samples), batchSize);

    /// <summary>
    /// The part of a batch that belongs to one rank. The parts of all ranks, one after the other, are the batch.
    /// A part can be empty when there are more ranks than samples.
    /// </summary>
    public ReadOnlyMemory<int> Batch(int batch, int rank = 0, int worldSize = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, Batches);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, worldSize);
        var (start, length) = Part(samples.Length, batch, Batches);
        var (from, count) = Part(length, rank, worldSize);
        return samples.AsMemory(start + from, count);
    }

    /// <summary>Samples of the largest part that any rank gets of any batch.</summary>
    public int LargestPart(int worldSize = 1) => Batches == 0 ? 0 : CeilingOf(CeilingOf(samples.Length, Batches), worldSize);

    // The index-th of count nearly equal parts of a length.
    private static (int Start, int Length) Part(int length, int index, int count)
    {
        var start = (int)((long)length * index / count);
        return (start, (int)((long)length * (index + 1) / count) - start);
    }

    private static int CeilingOf(int length, int parts) => (int)(((long)length + parts - 1) / parts);

    private static int[] Identity(int samples)
    {
        var order = new int[samples];
        for (var i = 0; i < samples; i++)
        {
            order[i] = i;
        }
        return order;
    }
}
