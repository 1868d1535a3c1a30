using System.Numerics;

namespace Mesh.Transforms.Statistics;

/// <summary>Exact ratios as float64s.</summary>
internal static class ExactRatio
{
    // A long of so many bits becomes a double with a single rounding.
    private const int KeptBits = 62;

    /// <summary>The float64 nearest to numerator / denominator · 2^exponent; where float64s are subnormal, one of the two nearest.</summary>
    public static double Nearest(BigInteger numerator, BigInteger denominator, int exponent)
    {
        var (value, power) = Scaled(numerator, denominator);
        return Math.ScaleB(value, power + exponent);
    }

    /// <summary>√(numerator / denominator · 2^exponent), to one unit in the last place; no step on the way overflows.</summary>
    public static double Root(BigInteger numerator, BigInteger denominator, int exponent)
    {
        var (value, power) = Scaled(numerator, denominator);
        var all = power + exponent;
        return Math.ScaleB(Math.Sqrt((all & 1) == 0 ? value : 2 * value), all >> 1);
    }

    /// <summary>numerator / denominator = value · 2^power, with value rounded once.</summary>
    private static (double Value, int Power) Scaled(BigInteger numerator, BigInteger denominator)
    {
        if (numerator.IsZero)
            return (0, 0);
        var magnitude = BigInteger.Abs(numerator);
        // So the quotient has two bits more than are kept, or three.
        var shift = (int)(KeptBits + 2 - magnitude.GetBitLength() + denominator.GetBitLength());
        var quotient = BigInteger.DivRem(shift > 0 ? magnitude << shift : magnitude, shift < 0 ? denominator << -shift : denominator, out var remainder);
        var extra = (int)quotient.GetBitLength() - KeptBits;
        var kept = (long)(quotient >> extra);
        // What is cut off decides a tie only by being there.
        if (!remainder.IsZero || !(quotient & ((BigInteger.One << extra) - 1)).IsZero)
            kept |= 1;
        return (numerator.Sign * (double)kept, extra - shift);
    }
}
