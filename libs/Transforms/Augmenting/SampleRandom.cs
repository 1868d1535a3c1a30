using System.Buffers.Binary;

namespace Mesh.Transforms.Augmenting;

/// <summary>
/// Random numbers of one sample in one epoch: SplitMix64 (Steele, Lea, Flood 2014) from a state that is a function of (seed, epoch, sample, step), so
/// they are the same on every machine and in any order of asking.
/// </summary>
internal struct SampleRandom(long seed, long epoch, long sample, int step)
{
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private ulong state = Mix(Mix(Mix(Mix((ulong)seed + Golden) + (ulong)epoch * Golden) + (ulong)sample * Golden) + (ulong)step * Golden);

    /// <summary>Any of 64 bits.</summary>
    public ulong Next() => Mix(state += Golden);

    /// <summary>Uniform in [0, 1), in steps of 2⁻⁵³.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Uniform between two numbers.</summary>
    public double Between(double least, double greatest) => least + Unit() * (greatest - least);

    /// <summary>Uniform among the integers from one to the other, both included; the bias is below 2⁻²⁰.</summary>
    public int Between(int least, int greatest) => least + (int)(Unit() * ((long)greatest - least + 1));

    /// <summary>Normal with mean 0 and variance 1 (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    /// <summary>Bytes of any value.</summary>
    public void Fill(Span<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
        var last = bytes.Length > 0 ? Next() : 0;
        for (var i = 0; i < bytes.Length; i++, last >>= 8)
            bytes[i] = (byte)last;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
