using System.Numerics;
using Mesh.Transforms.Fitting;

namespace Mesh.Transforms.Statistics;

/// <summary>
/// A sum of float64s and of squares of float64s without any rounding, so that it is the same in whatever order and grouping it was made: a fixed-point
/// number that is wide enough for all of them (Kulisch). A value is added to three limbs of it, a square to five, which takes a few nanoseconds; carries
/// wait in the upper half of each limb. 1 KB.
/// </summary>
internal sealed class ExactSum
{
    /// <summary>The sum is an integer times 2 to this: the least square there is.</summary>
    public const int Exponent = -2 * 1074;

    /// <summary>Most values, those of merged sums included.</summary>
    public const long MaximumCount = 1L << 48;

    // Of 32 bits each, and as many above them: (2·2¹⁰ + 2·1074 + 48) / 32.
    private const int LimbCount = 134;

    // In bytes: the last limb counts with its upper half.
    private const int WholeLength = (LimbCount + 1) * sizeof(uint);

    // After so many additions a limb is below 2⁶³ still.
    private const int MaximumPending = 1 << 30;

    private const int MantissaBits = 52;

    private readonly long[] limbs = new long[LimbCount];
    private int pending;

    /// <summary>The sum, times 2 to <see cref="Exponent"/>.</summary>
    public BigInteger Value
    {
        get
        {
            Carry();
            Span<byte> bytes = stackalloc byte[WholeLength];
            for (var i = 0; i < LimbCount; i++)
                BitConverter.TryWriteBytes(bytes[(i * sizeof(uint))..], limbs[i]);
            return new(bytes);
        }
    }

    /// <param name="value">Finite.</param>
    public void Add(double value)
    {
        var (mantissa, exponent) = Parts(value);
        // value = mantissa · 2^(exponent − 1075)
        var place = exponent - 1075 - Exponent;
        var sign = BitConverter.DoubleToInt64Bits(value) >> 63;
        var shift = place & 31;
        var rest = mantissa >> (32 - shift);
        var to = limbs.AsSpan(place >> 5, 3);
        to[0] += ((uint)(mantissa << shift) ^ sign) - sign;
        to[1] += ((uint)rest ^ sign) - sign;
        to[2] += ((long)(rest >> 32) ^ sign) - sign;
        Added();
    }

    /// <param name="value">Finite; its square may be more than a float64 can hold.</param>
    public void AddSquare(double value)
    {
        var (mantissa, exponent) = Parts(value);
        var high = Math.BigMul(mantissa, mantissa, out var low);
        var place = 2 * (exponent - 1075) - Exponent;
        var shift = place & 31;
        var (restLow, restHigh) = ((low >> (32 - shift)) | (high << (32 + shift)), high >> (32 - shift));
        var to = limbs.AsSpan(place >> 5, 5);
        to[0] += (uint)(low << shift);
        to[1] += (uint)restLow;
        to[2] += (long)(restLow >> 32);
        to[3] += (uint)restHigh;
        to[4] += (long)(restHigh >> 32);
        Added();
    }

    public void Merge(ExactSum other)
    {
        Carry();
        other.Carry();
        for (var i = 0; i < LimbCount; i++)
            limbs[i] += other.limbs[i];
        pending++;
    }

    /// <summary>The sum without the zeros at its end.</summary>
    public void Save(FitWriter state)
    {
        var value = Value;
        var zeros = Array.FindIndex(limbs, limb => limb != 0) is > 0 and var first ? first : 0;
        state.Count(zeros);
        state.Bytes((value >> (zeros * 32)).ToByteArray());
    }

    /// <param name="state">Where it stands.</param>
    /// <param name="maximum">Its magnitude is at most this.</param>
    public void Load(FitReader state, BigInteger maximum)
    {
        var zeros = (int)state.Long(LimbCount - 1);
        var bytes = state.Bytes(WholeLength).Span;
        var value = new BigInteger(bytes);
        if (!bytes.SequenceEqual(value.ToByteArray()) || (value.IsZero ? zeros > 0 : (value & uint.MaxValue).IsZero))
            throw state.Wrong("a sum is not in its shortest form");
        value <<= zeros * 32;
        if (BigInteger.Abs(value) > maximum)
            throw state.Wrong("a sum is more than its values can make");

        Span<byte> whole = stackalloc byte[WholeLength];
        whole.Fill((byte)(value.Sign < 0 ? 0xFF : 0));
        value.TryWriteBytes(whole, out _);
        for (var i = 0; i < LimbCount; i++)
            limbs[i] = i < LimbCount - 1 ? BitConverter.ToUInt32(whole[(i * sizeof(uint))..]) : BitConverter.ToInt64(whole[(i * sizeof(uint))..]);
        pending = 1;
    }

    /// <summary>The mantissa with its leading one, and the exponent as it is stored, 1 for what is too small to have that one.</summary>
    private static (ulong Mantissa, int Exponent) Parts(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var exponent = (int)(bits >> MantissaBits) & 0x7FF;
        var mantissa = bits & ((1UL << MantissaBits) - 1);
        return exponent == 0 ? (mantissa, 1) : (mantissa | (1UL << MantissaBits), exponent);
    }

    private void Added()
    {
        if (++pending >= MaximumPending)
            Carry();
    }

    /// <summary>Each limb but the last comes out as 32 bits, the last with the sign.</summary>
    private void Carry()
    {
        for (var i = 0; i < LimbCount - 1; i++)
        {
            limbs[i + 1] += limbs[i] >> 32;
            limbs[i] = (uint)limbs[i];
        }

        pending = 1;
    }
}
