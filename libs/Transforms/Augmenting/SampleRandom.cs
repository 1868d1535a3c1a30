using Mesh.Shards.Loading;

namespace Mesh.Transforms.Augmenting;

/// <summary>Random numbers of one step for one sample in one epoch: a function of these alone, whatever was asked for before.</summary>
internal struct SampleRandom(long seed, long epoch, long sample, int step)
{
    private SeededRandom random = new(SeededRandom.Seed(SeededRandom.Seed(seed, epoch), sample), step);

    /// <summary>Any of 64 bits.</summary>
    public ulong Next() => random.Next();

    /// <summary>Uniform in [0, 1), in steps of 2⁻⁵³.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => Unit() < probability;
}
