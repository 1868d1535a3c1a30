using CsCheck;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Tests.Statistics;

public class QuantilesTests
{
    private const int Many = 3 * Quantiles.MaximumBins;

    [Fact]
    public void As_R_computes_them()
    {
        // quantile(c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), c(0, .25, .5, .9, 1))
        Assert.Equal([1, 3.25, 5.5, 9.1, 10], Of(10, 3, 5, 7, 1, 9, 2, 8, 6, 4).At(0, 0.25, 0.5, 0.9, 1));
        // median(c(29.85, 108.15, 820.5)), and of an even number: the middle of two
        Assert.Equal(108.15, Of(820.5, 29.85, 108.15).At(0.5)[0]);
        Assert.Equal(2.5, Of(4, 1, 2, 3).At(0.5)[0]);
        Assert.Equal(7, Of(7).At(0.3)[0]);
        Assert.Equal(0, Of(-double.MaxValue, double.MaxValue).At(0.5)[0]);
    }

    [Fact]
    public void With_few_values_they_are_those_of_the_sorted_list() =>
        Gen.Select(Gen.Double[-1e3, 1e3].Select(value => Math.Round(value, 1)).Array[1, 200], Gen.Double[0, 1]).Sample((values, share) =>
        {
            var quantiles = Of(values);
            Array.Sort(values);
            var place = (values.Length - 1) * share;
            var (low, high) = (values[(int)Math.Floor(place)], values[(int)Math.Ceiling(place)]);
            Assert.Equal(low + (high - low) * (place - Math.Floor(place)), quantiles.At(share)[0], 1e-9);
            Assert.True(quantiles.IsExact);
        }, iter: 500, threads: 1);

    [Theory]
    [InlineData("uniform")]
    [InlineData("normal")]
    [InlineData("lognormal")]
    [InlineData("bits")]
    public void With_many_values_they_are_wrong_by_less_than_a_bin(string distribution)
    {
        var values = Draw(distribution, seed: 5);
        var quantiles = Of(values);
        Assert.False(quantiles.IsExact);
        Array.Sort(values);
        // Two bits at the worst, for numbers of all sizes; nine for those of few.
        var error = distribution == "bits" ? 0.25 : 1.0 / 512;
        int[] ranks = [.. Enumerable.Range(0, 50).Select(i => i * (values.Length - 1) / 49)];
        foreach (var (rank, found) in ranks.Zip(quantiles.At([.. ranks.Select(rank => rank / (double)(values.Length - 1))])))
            Assert.InRange(Math.Abs(found - values[rank]), 0, error * Math.Abs(values[rank]));

        Assert.Equal([values[0], values[^1]], quantiles.At(0, 1));
    }

    [Fact]
    public void A_number_that_many_records_have_is_exact_among_many_others()
    {
        var quantiles = Of([.. Draw("lognormal", seed: 1), .. Enumerable.Repeat(0.0, Many)]);
        Assert.Equal(0, quantiles.At(0.4)[0]);
    }

    [Fact]
    public void A_price_that_many_records_have_is_exact_among_many_others()
    {
        // numpy.quantile(v, q) of v = concatenate([0.01 * power(1e5, (arange(200000) * 0.6180339887498949) % 1), full(150000, 9.99)]), numpy 1.24.2
        (double Share, double Number)[] expected =
        [
            (0, 0.01), (0.1, 0.07498906808432465), (0.25, 1.5399309770151592), (0.34, 9.440792911163378), (0.4, 9.99), (0.5, 9.99), (0.6, 9.99), (0.7, 9.99),
            (0.78, 11.884688827966746), (0.9, 133.3474644071989), (1, 999.9575872070287),
        ];
        var quantiles = Of([.. Enumerable.Range(0, 200_000).Select(i => 0.01 * Math.Pow(1e5, i * 0.6180339887498949 % 1)), .. Enumerable.Repeat(9.99, 150_000)]);
        Assert.False(quantiles.IsExact);
        foreach (var ((share, number), found) in expected.Zip(quantiles.At([.. expected.Select(pair => pair.Share)])))
            Assert.InRange(found, number * (number == 9.99 ? 1 : 1 - 1.0 / 512), number * (number == 9.99 ? 1 : 1 + 1.0 / 512));

        // Whatever is at its place in the bin, ranks go up.
        double[] shares = [.. Enumerable.Range(0, 20_001).Select(i => i / 20_000.0)];
        var all = quantiles.At(shares);
        Assert.Equal(all.Order(), all);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 1)]
    [InlineData(-100, 1)]
    [InlineData(9.99, 3)]
    [InlineData(1.05, 3)]
    [InlineData(0.00203, 3)]
    [InlineData(52_100, 3)]
    [InlineData(1e300, 1)]
    [InlineData(-1.25e-300, 3)]
    [InlineData(0.1 + 0.2, 17)] // 0.30000000000000004
    public void Digits_are_those_of_the_shortest_decimal(double value, int digits) => Assert.Equal(digits, SignificantDigits.Of(value));

    [Theory]
    [InlineData("few")]
    [InlineData("lognormal")]
    [InlineData("bits")]
    public void Any_split_in_any_order_is_the_same_bytes(string distribution)
    {
        var values = distribution == "few" ? [.. Draw("lognormal", 2).Select(value => Math.Round(value, 1))] : Draw(distribution, seed: 2);
        var random = new Random(3);
        var whole = Saved(Of(values));
        foreach (var parts in new[] { 1, 2, 7 })
        {
            random.Shuffle(values);
            var merged = new Quantiles();
            foreach (var part in values.Chunk(1 + values.Length / parts).Select(Of))
                merged.Merge(Loaded(Saved(part)));
            Assert.Equal(values.Length, merged.Count);
            Assert.Equal(whole, Saved(merged));
        }
    }

    [Fact]
    public void Bins_that_no_numbers_make_are_refused()
    {
        var state = Saved(Of(1, 2));
        Loaded(state);
        // Bits dropped although there is room for all.
        Assert.Throws<PipelineSpecException>(() => Loaded([3, .. state[1..]]));
        // A count of 0, and of 1 for two different numbers.
        Assert.Throws<PipelineSpecException>(() => Loaded([.. state[..^1], 0]));
        // More numbers than there can be.
        Assert.Throws<PipelineSpecException>(() => Loaded([.. state[..^1], 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]));
    }

    [Fact]
    public void Bins_whose_roundest_number_cannot_be_are_refused()
    {
        var state = Saved(Of([.. Draw("lognormal", seed: 1)]));
        Loaded(state);
        var refused = 0;
        for (var at = 0; at < 400; at++)
        {
            // A last byte of some number, one more or less.
            byte[] changed = [.. state[..at], (byte)(state[at] ^ 1), .. state[(at + 1)..]];
            try
            {
                // Whatever is taken comes back as it was.
                Assert.Equal(changed, Saved(Loaded(changed)));
            }
            catch (PipelineSpecException)
            {
                refused++;
            }
        }

        Assert.True(refused > 0);
    }

    private static double[] Draw(string distribution, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Many).Select(_ => distribution switch
        {
            "uniform" => random.NextDouble() * 100 - 50,
            "normal" => Normal(),
            "lognormal" => Math.Exp(2 * Normal()),
            _ => AnyBits(),
        })];

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());

        double AnyBits()
        {
            for (; ; )
            {
                if (BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)) is var value && double.IsNormal(value))
                    return value;
            }
        }
    }

    private static Quantiles Of(params double[] values)
    {
        var quantiles = new Quantiles();
        foreach (var value in values)
            quantiles.Add(value);
        return quantiles;
    }

    private static byte[] Saved(Quantiles quantiles)
    {
        var state = new FitWriter();
        quantiles.Save(state);
        return state.Written.ToArray();
    }

    private static Quantiles Loaded(byte[] state)
    {
        var quantiles = new Quantiles();
        var reader = new FitReader(state, "quantiles");
        quantiles.Load(reader);
        reader.End();
        return quantiles;
    }
}
