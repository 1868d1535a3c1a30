using Mesh.Ingest.V1;

namespace Mesh.Ingest.Statistics;

/// <summary>
/// Count, range, mean and spread of numbers, and their quantiles. Values are gathered into blocks: each block's spread is
/// computed about its own mean, and blocks are joined as Chan, Golub and LeVeque (1979) do, which loses no more digits than
/// Welford's way and needs no division a value.
/// </summary>
internal sealed class NumberStatistics(int exactLimit)
{
    private const int BlockSize = 256;

    private readonly Quantiles _quantiles = new(exactLimit);
    private readonly double[] _block = new double[BlockSize];
    private int _filled;
    private double _minimum = double.PositiveInfinity;
    private double _maximum = double.NegativeInfinity;
    private double _mean;
    private double _squares;
    private long _count;

    public void Add(double value)
    {
        _block[_filled++] = value;
        if (_filled == BlockSize)
        {
            EndBlock();
        }
    }

    /// <summary>Null when there was no value.</summary>
    public Distribution? ToDistribution()
    {
        EndBlock();
        return _count == 0 ? null : new Distribution
        {
            Minimum = _minimum,
            Maximum = _maximum,
            Mean = _mean,
            StandardDeviation = _count > 1 ? Math.Sqrt(_squares / (_count - 1)) : 0,
            Quantiles = { _quantiles.Estimate() },
        };
    }

    private void EndBlock()
    {
        if (_filled == 0)
        {
            return;
        }

        var block = _block.AsSpan(0, _filled);
        var sum = 0.0;
        foreach (var value in block)
        {
            _minimum = Math.Min(_minimum, value);
            _maximum = Math.Max(_maximum, value);
            sum += value;
        }

        var mean = sum / _filled;
        var squares = 0.0;
        foreach (var value in block)
        {
            squares += (value - mean) * (value - mean);
        }

        var (before, after, apart) = (_count, _count + _filled, mean - _mean);
        _squares += squares + (apart * apart * before * _filled / after);
        _mean += apart * _filled / after;
        _count = after;
        _quantiles.Add(block);
        _filled = 0;
    }
}
