using System.Numerics;
using CsCheck;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Tests.Statistics;

public class ExactRatioTests
{
    private static readonly Gen<BigInteger> Integers = Gen.Byte.Array[1, 40].Select(bytes => new BigInteger(bytes));

    [Fact]
    public void A_ratio_is_the_nearest_float64() => Gen.Select(Integers, Integers.Where(value => value > 0), Gen.Int[-60, 60]).Sample((numerator, denominator, exponent) =>
    {
        var found = ExactRatio.Nearest(numerator, denominator, exponent);
        var error = Distance(found);
        Assert.True(error <= Distance(Math.BitIncrement(found)) && error <= Distance(Math.BitDecrement(found)));

        // |value − numerator / denominator · 2^exponent|, times denominator · 2^Scale.
        BigInteger Distance(double value)
        {
            const int Scale = 2000;
            var power = value == 0 ? 0 : Math.ILogB(value) - 52;
            return BigInteger.Abs((new BigInteger(Math.ScaleB(value, -power)) * denominator << (power + Scale)) - (numerator << (exponent + Scale)));
        }
    }, iter: 1000, threads: 1);

    [Fact]
    public void A_root_is_as_near_as_a_float64_gets() => Gen.Select(Integers.Where(value => value > 0), Integers.Where(value => value > 0), Gen.Int[-300, 300]).Sample((numerator, denominator, exponent) =>
    {
        var root = ExactRatio.Root(numerator, denominator, exponent);
        var square = ExactRatio.Nearest(numerator, denominator, exponent);
        Assert.InRange(root * root / square, 1 - 4e-16, 1 + 4e-16);
    }, iter: 1000, threads: 1);

    [Fact]
    public void Nothing_on_the_way_to_a_root_overflows()
    {
        Assert.Equal(Math.ScaleB(1, 1000), ExactRatio.Root(BigInteger.One << 3000, 1, -1000));
        Assert.Equal(0, ExactRatio.Root(0, 7, 4000));
        Assert.Equal(double.PositiveInfinity, ExactRatio.Nearest(BigInteger.One << 3000, 1, 0));
    }
}
