using System.Globalization;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Tests.Statistics;

public class MomentsTests
{
    [Fact]
    public void By_hand()
    {
        Check(5, 2, 0, 2, 4, 4, 4, 5, 5, 7, 9);
        Check(7.25, 0, 0, 7.25, 7.25, 7.25);
        Check(-3, 0, 0, -3);
    }

    [Fact]
    public void As_NIST_certifies_them()
    {
        // https://www.itl.nist.gov/div898/strd/univ/homepage.html gives the deviation of a sample. What decimals lose as float64s is theirs, not the sum's.
        Check(10000002, Population(1, 3), 1e-15, 10000001, 10000003, 10000002);
        Check(1.2, Population(0.1, 1001), 1e-14, Alternating("1.2", "1.1", "1.3"));
        Check(1000000.2, Population(0.1, 1001), 1e-9, Alternating("1000000.2", "1000000.1", "1000000.3"));
        Check(10000000.2, Population(0.1, 1001), 1e-8, Alternating("10000000.2", "10000000.1", "10000000.3"));

        static double Population(double sample, int count) => sample * Math.Sqrt((count - 1) / (double)count);

        static double[] Alternating(string first, params string[] others) =>
            [.. Enumerable.Range(0, 1001).Select(i => double.Parse(i == 0 ? first : others[(i + 1) % 2], CultureInfo.InvariantCulture))];
    }

    [Fact]
    public void Numbers_as_large_and_as_small_as_there_are()
    {
        Check(double.MaxValue, 0, 0, double.MaxValue, double.MaxValue, double.MaxValue);
        Check(0, double.MaxValue, 0, double.MaxValue, -double.MaxValue);
        Check(double.Epsilon, 0, 0, double.Epsilon, double.Epsilon);
        Check(2 * double.Epsilon, double.Epsilon, 0, double.Epsilon, 3 * double.Epsilon);
        // What float64 arithmetic loses: 1 beside 1e300.
        Check(1.0 / 3, Math.Sqrt(2.0 / 3) * 1e300, 1e-15, 1e300, 1, -1e300);
    }

    [Fact]
    public void Sums_of_no_numbers_are_refused()
    {
        Load(2, [3, -5], [3, -5]);
        Refused(0, [3, -5], [3, -5]);
        Refused(1, [1], []);
        // n·Σx² = 68 < (Σx)² = 80².
        Refused(2, [40, 40], [3, -5]);
        // More than two of the largest numbers are.
        Refused(2, [double.MaxValue, double.MaxValue, double.MaxValue], [double.MaxValue, double.MaxValue, double.MaxValue]);

        static void Refused(int count, double[] sum, double[] squares) => Assert.Throws<PipelineSpecException>(() => Load(count, sum, squares));
    }

    private static void Load(int count, double[] sum, double[] squares)
    {
        var (state, sums) = (new FitWriter(), (Sum: new ExactSum(), Squares: new ExactSum()));
        Array.ForEach(sum, sums.Sum.Add);
        Array.ForEach(squares, sums.Squares.AddSquare);
        state.Count((long)count);
        sums.Sum.Save(state);
        sums.Squares.Save(state);
        new Moments().Load(new FitReader(state.Written.ToArray(), "moments"));
    }

    private static void Check(double mean, double std, double tolerance, params double[] values)
    {
        var moments = new Moments();
        foreach (var value in values)
            moments.Add(value);
        Assert.Equal(values.Length, moments.Count);
        AssertClose(mean, moments.Mean, tolerance);
        AssertClose(std, moments.StandardDeviation, tolerance);
    }

    private static void AssertClose(double expected, double found, double tolerance) =>
        Assert.True(found == expected || Math.Abs(found - expected) <= tolerance * Math.Abs(expected), $"{found:R} is not {expected:R}");
}
