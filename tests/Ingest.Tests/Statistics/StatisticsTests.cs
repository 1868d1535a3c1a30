using CsCheck;
using Mesh.Ingest.Statistics;
using Xunit;

namespace Mesh.Ingest.Tests.Statistics;

public sealed class StatisticsTests
{
    private static readonly Gen<double> Numbers = Gen.OneOf(Gen.Double[-1e6, 1e6], Gen.Double[-1e-6, 1e-6], Gen.Int[-5, 5].Select(i => (double)i), Gen.Const(0.0));

    [Fact]
    public void Moments_are_those_of_the_values() => Numbers.Array[2, 2000].Sample(values =>
    {
        var statistics = new NumberStatistics(exactLimit: 10_000);
        Array.ForEach(values, statistics.Add);
        var found = statistics.ToDistribution()!;
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        Assert.Equal((values.Min(), values.Max()), (found.Minimum, found.Maximum));
        Assert.Equal(mean, found.Mean, 1e-9 * Math.Max(1, Math.Abs(mean)));
        Assert.Equal(deviation, found.StandardDeviation, 1e-9 * Math.Max(1, deviation));
    });

    [Fact]
    public void A_large_offset_does_not_hide_the_spread()
    {
        var statistics = new NumberStatistics(exactLimit: 10);
        for (var i = 0; i < 1000; i++)
        {
            statistics.Add(1e9 + (i % 2));
        }

        // Half zeros, half ones: 0.25 · 1000/999.
        Assert.Equal(Math.Sqrt(250.0 / 999), statistics.ToDistribution()!.StandardDeviation, 9);
    }

    [Fact]
    public void Quantiles_are_exact_for_few_values_and_within_a_percent_for_many() => Numbers.Array[1, 500].Sample(values =>
    {
        Array.Sort(values);
        foreach (var limit in new[] { 10_000, 3 })
        {
            var quantiles = new Quantiles(limit);
            foreach (var value in values.Reverse())
            {
                quantiles.Add([value]);
            }

            foreach (var quantile in quantiles.Estimate())
            {
                var place = quantile.Rank * (values.Length - 1);
                var (below, above) = (values[(int)place], values[Math.Min((int)place + 1, values.Length - 1)]);
                if (limit > values.Length)
                {
                    Assert.Equal(below + ((place - (int)place) * (above - below)), quantile.Value, 1e-9 * Math.Max(1, Math.Abs(above)));
                }
                else if (values.Length > limit)
                {
                    Assert.InRange(quantile.Value, below - (Math.Abs(below) * 0.01) - 1e-300, below + (Math.Abs(below) * 0.01) + 1e-300);
                }
            }
        }
    });

    [Fact]
    public void Frequent_values_are_counted_exactly_and_all_are_estimated()
    {
        var (texts, integers) = (new ValueCounts(1000), new ValueCounts(1000));
        for (var i = 0; i < 200_000; i++)
        {
            texts.Add(i % 4 == 0 ? "often" : $"value {i}");
            integers.Add(i % 4 == 0 ? -7 : i);
        }

        Assert.Equal(("often", 50_000L), texts.MostFrequent().Select(v => (v.Value, v.Count)).First());
        Assert.Equal(("-7", 50_000L), integers.MostFrequent().Select(v => (v.Value, v.Count)).First());
        // 150,001 different ones; HyperLogLog of 4096 registers is within 1.6 % (one sigma).
        Assert.InRange(texts.Distinct, 150_001 * 0.95, 150_001 * 1.05);
        Assert.InRange(integers.Distinct, 150_001 * 0.95, 150_001 * 1.05);
    }

    [Fact]
    public void Few_different_values_are_counted_exactly() => Gen.String.Array[0, 100].Sample(values =>
    {
        var counts = new ValueCounts(1000);
        Array.ForEach(values, v => counts.Add(v));
        Assert.Equal(values.Distinct().Count(), counts.Distinct);
    });
}
