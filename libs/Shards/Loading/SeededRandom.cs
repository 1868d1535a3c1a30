namespace Mesh.Shards.Loading;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): every number is a function of the seed and a counter, on every machine and
/// every version of .NET.
/// </summary>
public struct SeededRandom(long seed, long stream)
{
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private ulong state = Mix(Mix((ulong)seed + Golden) + (ulong)stream * Golden);

    /// <summary>The first number of a stream, as a seed for a generator that is not ours.</summary>
    public static long Seed(long seed, long stream) => (long)(new SeededRandom(seed, stream).Next() >> 1);

    public ulong Next() => Mix(state += Golden);

    /// <summary>Uniform in [0, <paramref name="bound"/>), without bias (Lemire 2019).</summary>
    public uint Below(uint bound)
    {
        while (true)
        {
            var product = (Next() >> 32) * bound;
            if ((uint)product >= (uint)(-bound) % bound)
            {
                return (uint)(product >> 32);
            }
        }
    }

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
