using Mesh.Ingest.V1;

namespace Mesh.Ingest.Statistics;

/// <summary>Count, range, mean and spread of numbers (Welford 1962), and their quantiles.</summary>
internal sealed class NumberStatistics(int exactLimit)
{
    private readonly Quantiles _quantiles = new(exactLimit);
    private double _minimum = double.PositiveInfinity;
    private double _maximum = double.NegativeInfinity;
    private double _mean;
    private double _squares;
    private long _count;

    public void Add(double value)
    {
        _count++;
        _minimum = Math.Min(_minimum, value);
        _maximum = Math.Max(_maximum, value);
        var away = value - _mean;
        _mean += away / _count;
        _squares += away * (value - _mean);
        _quantiles.Add(value);
    }

    /// <summary>Null when there was no value.</summary>
    public Distribution? ToDistribution() => _count == 0 ? null : new Distribution
    {
        Minimum = _minimum,
        Maximum = _maximum,
        Mean = _mean,
        StandardDeviation = _count > 1 ? Math.Sqrt(_squares / (_count - 1)) : 0,
        Quantiles = { _quantiles.Estimate() },
    };
}
