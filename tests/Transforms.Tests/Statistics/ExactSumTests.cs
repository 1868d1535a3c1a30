using System.Numerics;
using CsCheck;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Tests.Statistics;

public class ExactSumTests
{
    private static readonly Gen<double[]> Values = Gen.OneOf(
        Gen.Double[-1e6, 1e6],
        Gen.Long.Select(bits => BitConverter.Int64BitsToDouble(bits)).Where(double.IsFinite),
        Gen.OneOf<double>(0, -0.0, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 1, -1, Math.BitDecrement(2.2250738585072014E-308))).Array[0, 40];

    [Fact]
    public void Sums_and_squares_are_those_of_big_integers() => Values.Sample(values =>
    {
        var (sum, squares) = (new ExactSum(), new ExactSum());
        foreach (var value in values)
        {
            sum.Add(value);
            squares.AddSquare(value);
        }

        var exact = values.Select(Scaled).ToArray();
        Assert.Equal(exact.Aggregate(BigInteger.Zero, (all, value) => all + value) << 1074, sum.Value);
        Assert.Equal(exact.Aggregate(BigInteger.Zero, (all, value) => all + value * value), squares.Value);
    }, iter: 500, threads: 1);

    [Fact]
    public void Any_split_in_any_order_is_the_same_bytes() => Gen.Select(Values, Gen.Int[1, 5], Gen.Int).Sample((values, parts, seed) =>
    {
        var whole = new ExactSum();
        foreach (var value in values)
            whole.Add(value);
        var random = new Random(seed);
        random.Shuffle(values);
        var sums = Enumerable.Range(0, parts).Select(_ => new ExactSum()).ToArray();
        foreach (var value in values)
            sums[random.Next(parts)].Add(value);
        var merged = new ExactSum();
        foreach (var sum in sums)
            merged.Merge(Copy(sum));
        Assert.Equal(Saved(whole), Saved(merged));
    }, iter: 500, threads: 1);

    [Fact]
    public void A_sum_goes_on_after_it_was_saved()
    {
        var sum = new ExactSum();
        sum.Add(-3);
        sum = Copy(sum);
        sum.Add(1.5);
        sum.Add(double.MaxValue);
        sum.Add(-double.MaxValue);
        Assert.Equal(-1.5, ExactRatio.Nearest(sum.Value, 1, ExactSum.Exponent));
    }

    [Fact]
    public void Carries_wait_for_as_long_as_there_is_room()
    {
        // The least room is that of numbers with all their bits. So many additions take seconds.
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1", "Only in the full run.");
        const int Times = (1 << 30) + 12345;
        var (sum, negative) = (new ExactSum(), new ExactSum());
        for (var i = 0; i < Times; i++)
        {
            sum.Add(double.MaxValue);
            negative.Add(-double.MaxValue);
        }

        Assert.Equal(Scaled(double.MaxValue) * Times << 1074, sum.Value);
        Assert.Equal(-sum.Value, negative.Value);
    }

    /// <summary>value · 2¹⁰⁷⁴.</summary>
    private static BigInteger Scaled(double value)
    {
        if (value == 0)
            return 0;
        var exponent = Math.Max(Math.ILogB(value), -1022) - 52;
        return new BigInteger((long)Math.ScaleB(value, -exponent)) << (exponent + 1074);
    }

    private static byte[] Saved(ExactSum sum)
    {
        var state = new FitWriter();
        sum.Save(state);
        return state.Written.ToArray();
    }

    private static ExactSum Copy(ExactSum sum)
    {
        var copy = new ExactSum();
        copy.Load(new FitReader(Saved(sum), "sum"), BigInteger.One << 4300);
        return copy;
    }
}
