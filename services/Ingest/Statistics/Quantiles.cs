using System.Runtime.InteropServices;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Statistics;

/// <summary>
/// Quantiles of a stream in fixed memory: exact (type 7 of Hyndman and Fan 1996, linear between order statistics) while
/// there are few values, then by counting values in logarithmic bins (DDSketch, Masson, Rim and Lee 2019), which keeps
/// every quantile within 1 % of the value.
/// </summary>
internal sealed class Quantiles
{
    public static readonly double[] Ranks = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    private const double Accuracy = 0.01;

    /// <summary>Values nearer to zero than this count as zero.</summary>
    private const double Smallest = 1e-300;

    private static readonly double LogGamma = Math.Log((1 + Accuracy) / (1 - Accuracy));

    private readonly int _exactLimit;
    private List<double>? _exact = [];
    private readonly Dictionary<int, long> _positive = [];
    private readonly Dictionary<int, long> _negative = [];
    private long _zeros;
    private long _count;

    public Quantiles(int exactLimit) => _exactLimit = exactLimit;

    public void Add(double value)
    {
        _count++;
        if (_exact is not null)
        {
            if (_exact.Count < _exactLimit)
            {
                _exact.Add(value);
                return;
            }

            _exact.ForEach(Count);
            _exact = null;
        }

        Count(value);
    }

    public IEnumerable<Quantile> Estimate() => _exact is null
        ? Ranks.Select(rank => new Quantile { Rank = rank, Value = Sketched(rank) })
        : Exact(_exact);

    private static IEnumerable<Quantile> Exact(List<double> values)
    {
        values.Sort();
        foreach (var rank in values.Count == 0 ? [] : Ranks)
        {
            var place = rank * (values.Count - 1);
            var below = (int)place;
            var above = Math.Min(below + 1, values.Count - 1);
            yield return new Quantile { Rank = rank, Value = values[below] + ((place - below) * (values[above] - values[below])) };
        }
    }

    private void Count(double value)
    {
        if (Math.Abs(value) < Smallest)
        {
            _zeros++;
            return;
        }

        var bins = value > 0 ? _positive : _negative;
        CollectionsMarshal.GetValueRefOrAddDefault(bins, Bin(Math.Abs(value)), out _)++;
    }

    private double Sketched(double rank)
    {
        var left = (long)(rank * (_count - 1));
        foreach (var (bin, count) in _negative.OrderByDescending(b => b.Key))
        {
            if ((left -= count) < 0)
            {
                return -Middle(bin);
            }
        }

        if ((left -= _zeros) < 0)
        {
            return 0;
        }

        foreach (var (bin, count) in _positive.OrderBy(b => b.Key))
        {
            if ((left -= count) < 0)
            {
                return Middle(bin);
            }
        }

        return 0;
    }

    private static int Bin(double value) => (int)Math.Ceiling(Math.Log(value) / LogGamma);

    // The value of a bin that is within the accuracy of both of its ends.
    private static double Middle(int bin) => 2 * Math.Exp(bin * LogGamma) / (Math.Exp(LogGamma) + 1);
}
