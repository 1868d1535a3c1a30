using System.Numerics;
using Mesh.Transforms.Fitting;

namespace Mesh.Transforms.Statistics;

/// <summary>Mean and standard deviation of numbers, from exact sums: rounded once, at the end.</summary>
internal sealed class Moments : INumberStatistic<Moments>
{
    // The largest float64 is below this.
    private static readonly BigInteger Largest = BigInteger.One << (1024 - ExactSum.Exponent);

    private readonly ExactSum sum = new();
    private readonly ExactSum squares = new();

    public long Count { get; private set; }

    /// <summary>NaN when there are no numbers.</summary>
    public double Mean => Count == 0 ? double.NaN : ExactRatio.Nearest(sum.Value, Count, ExactSum.Exponent);

    /// <summary>Of the numbers as the whole population (divided by their count); exactly 0 when all are equal, NaN when there are none.</summary>
    public double StandardDeviation => Count == 0 ? double.NaN
        : ExactRatio.Root(Spread(sum.Value, squares.Value, Count), (BigInteger)Count * Count, 2 * ExactSum.Exponent);

    public void Add(double value)
    {
        sum.Add(value);
        squares.AddSquare(value);
        Count++;
    }

    public void Merge(Moments other)
    {
        sum.Merge(other.sum);
        squares.Merge(other.squares);
        Count += other.Count;
    }

    public void Save(FitWriter state)
    {
        state.Count(Count);
        sum.Save(state);
        squares.Save(state);
    }

    public void Load(FitReader state)
    {
        Count = state.Long(ExactSum.MaximumCount);
        sum.Load(state, Count * Largest);
        squares.Load(state, Count * (BigInteger.One << (2 * 1024 - ExactSum.Exponent)));
        // No numbers have such sums (Cauchy and Schwarz), and a root could not be taken.
        if (Spread(sum.Value, squares.Value, Count) < 0 || squares.Value < 0)
            throw state.Wrong("its sums are of no numbers");
    }

    /// <summary>n·Σx² − (Σx)², which is n² times the variance, in units of 2 to twice <see cref="ExactSum.Exponent"/>.</summary>
    private static BigInteger Spread(BigInteger sum, BigInteger squares, long count) => ((count * squares) << -ExactSum.Exponent) - sum * sum;
}
