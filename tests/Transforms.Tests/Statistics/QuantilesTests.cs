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
