using System.Runtime.InteropServices;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Statistics;

/// <summary>
/// Quantiles of a stream in fixed memory: exact (type 7 of Hyndman and Fan 1996, linear between order statistics) while
/// there are few values, then by counting values in bins of 1/64 of each power of two (as HdrHistogram does), which keeps
/// every quantile within 1 % of the value. A bin is the head of a double's bits, so finding it costs a shift.
/// </summary>
internal sealed class Quantiles(int exactLimit)
{
    public static readonly double[] Ranks = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    private const int MantissaBits = 52;
    private const int BinBits = 6;
    private const int Exponents = 2048;

    private readonly List<double> _exact = [];
    private long[]?[]? _positive;
    private long[]?[]? _negative;
    private long _count;

    public void Add(ReadOnlySpan<double> values)
    {
        _count += values.Length;
        if (_count <= exactLimit)
        {
            _exact.AddRange(values);
            return;
        }

        if (_positive is null)
        {
            (_positive, _negative) = (new long[]?[Exponents], new long[]?[Exponents]);
            Count(CollectionsMarshal.AsSpan(_exact));
            _exact.Clear();
            _exact.TrimExcess();
        }

        Count(values);
    }

    public IEnumerable<Quantile> Estimate() => _positive is null ? Exact() : Ranks.Select(rank => new Quantile { Rank = rank, Value = Binned(rank) });

    private IEnumerable<Quantile> Exact()
    {
        _exact.Sort();
        foreach (var rank in _exact.Count == 0 ? [] : Ranks)
        {
            var place = rank * (_exact.Count - 1);
            var below = (int)place;
            var above = Math.Min(below + 1, _exact.Count - 1);
            yield return new Quantile { Rank = rank, Value = _exact[below] + ((place - below) * (_exact[above] - _exact[below])) };
        }
    }

    private void Count(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            var bits = BitConverter.DoubleToInt64Bits(value);
            var pages = bits < 0 ? _negative! : _positive!;
            var bin = (int)((bits & long.MaxValue) >> (MantissaBits - BinBits));
            (pages[bin >> BinBits] ??= new long[1 << BinBits])[bin & ((1 << BinBits) - 1)]++;
        }
    }

    private double Binned(double rank)
    {
        var left = (long)(rank * (_count - 1));
        for (var bin = (Exponents << BinBits) - 1; bin >= 0; bin--)
        {
            if ((left -= CountOf(_negative!, bin)) < 0)
            {
                return -Middle(bin);
            }
        }

        for (var bin = 0; bin < Exponents << BinBits; bin++)
        {
            if ((left -= CountOf(_positive!, bin)) < 0)
            {
                return Middle(bin);
            }
        }

        return 0;
    }

    private static long CountOf(long[]?[] pages, int bin) => pages[bin >> BinBits] is { } page ? page[bin & ((1 << BinBits) - 1)] : 0;

    private static double Middle(int bin)
    {
        var (low, high) = (ValueOf(bin), ValueOf(bin + 1));
        return bin == 0 ? 0 : low + ((high - low) / 2);
    }

    private static double ValueOf(int bin) => BitConverter.Int64BitsToDouble((long)bin << (MantissaBits - BinBits));
}
