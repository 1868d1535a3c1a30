using System.Runtime.InteropServices;
using Mesh.Transforms.Fitting;

namespace Mesh.Transforms.Statistics;

/// <summary>
/// Quantiles of numbers: exact while there are at most <see cref="MaximumBins"/> different ones. With more, numbers share bins: those that are equal in
/// their sign, exponent and leading bits of the mantissa, as many bits as leave that many bins at most. A quantile is then wrong by less than a bin,
/// which is 2⁻ᵇ of the number for b bits: b is 2 at the very least, and about 9 to 13 for what is measured or earned. How many bits are kept follows from
/// the numbers alone, so the order and grouping in which they came decide nothing. At most 2 MB.
/// <para>Of the numbers that share a bin, the one of the fewest digits is counted by itself, as what comes very often is round (a price, a default). Which
/// one that is follows from the numbers, too: nothing that comes later makes a number rounder, so its count misses none. Where it comes often, quantiles are
/// it exactly. A number of many digits that comes very often is not told from its neighbours: quantiles that fall on it lie less than a bin beside it.</para>
/// </summary>
internal sealed class Quantiles : INumberStatistic<Quantiles>
{
    /// <summary>With two bits of the mantissa there are fewer bins than this: 2 · 2047 · 4.</summary>
    public const int MaximumBins = 16384;

    private const int MaximumDropped = 50;

    /// <summary>Least and greatest number and the roundest, as keys; how many there are, and how many of the roundest.</summary>
    private record struct Bin(ulong Least, ulong Greatest, long Count, ulong Round, long RoundCount)
    {
        /// <summary>Of the roundest; negative as long as nobody asked.</summary>
        private int digits = -1;

        public static Bin Of(ulong key, long count) => new(key, key, count, key, count);

        /// <summary>Both together.</summary>
        public static Bin operator +(Bin one, Bin other)
        {
            var round = one.Round == other.Round ? one with { RoundCount = one.RoundCount + other.RoundCount } : other.IsRounderThan(ref one) ? other : one;
            return round with { Least = Math.Min(one.Least, other.Least), Greatest = Math.Max(one.Greatest, other.Greatest), Count = one.Count + other.Count };
        }

        /// <summary>Of two that have as many digits, the lesser.</summary>
        public bool IsRounderThan(ref Bin other)
        {
            var (mine, others) = (Digits(), other.Digits());
            return mine < others || (mine == others && Round < other.Round);
        }

        /// <summary>The number of this rank in the bin, from 0: the roundest one where it lies, the others evenly between the least and the greatest.</summary>
        public readonly double At(long rank)
        {
            var (least, greatest, round) = (ValueOf(Least), ValueOf(Greatest), ValueOf(Round));
            var others = Count - RoundCount;
            var below = others > 1 ? Math.Min(others - 1, (long)Math.Ceiling((others - 1) * (round - least) / (greatest - least))) : Round == Least ? 0 : others;
            if (rank >= below && rank < below + RoundCount)
                return round;
            // One other is the other end.
            return others == 1 ? (Round == Least ? greatest : least) : Between(least, greatest, (rank < below ? rank : rank - RoundCount) / (double)(others - 1));
        }

        private int Digits() => digits < 0 ? digits = SignificantDigits.Of(ValueOf(Round)) : digits;
    }

    private Dictionary<ulong, Bin> bins = [];

    /// <summary>Low bits of keys that do not count.</summary>
    private int dropped;

    public long Count { get; private set; }

    /// <summary>Whether quantiles are those of the numbers themselves.</summary>
    public bool IsExact => dropped == 0;

    public void Add(double value)
    {
        var key = KeyOf(value);
        Join(Bin.Of(key, 1));
        Count++;
        if (bins.Count > MaximumBins)
            Coarsen();
    }

    public void Merge(Quantiles other)
    {
        if (other.dropped > dropped)
            Regroup(other.dropped);
        foreach (var bin in other.bins.Values)
            Join(bin);
        Count += other.Count;
        if (bins.Count > MaximumBins)
            Coarsen();
    }

    /// <summary>
    /// The numbers below which these shares (0 to 1) lie, linear between the two nearest ranks as R's type 7, numpy and pandas have it; there is at least
    /// one number.
    /// </summary>
    public double[] At(params ReadOnlySpan<double> shares)
    {
        var sorted = Sorted();
        var behind = new long[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
            behind[i] = sorted[i].Count + (i == 0 ? 0 : behind[i - 1]);

        var found = new double[shares.Length];
        for (var i = 0; i < found.Length; i++)
        {
            var place = (Count - 1) * shares[i];
            var rank = Math.Min((long)place, Count - 1);
            found[i] = Between(OfRank(rank), OfRank(Math.Min(rank + 1, Count - 1)), place - rank);
        }

        return found;

        double OfRank(long rank)
        {
            var at = Array.BinarySearch(behind, rank + 1);
            at = at < 0 ? ~at : at;
            var bin = sorted[at];
            return bin.At(rank - (behind[at] - bin.Count));
        }
    }

    public void Save(FitWriter state)
    {
        state.Count(dropped);
        state.Count(bins.Count);
        var before = 0UL;
        foreach (var bin in Sorted())
        {
            state.Count((UInt128)(bin.Least - before));
            state.Count((UInt128)(bin.Greatest - bin.Least));
            state.Count(bin.Count);
            if (bin.Least != bin.Greatest)
            {
                state.Count((UInt128)(bin.Round - bin.Least));
                state.Count(bin.RoundCount);
            }

            before = bin.Greatest;
        }
    }

    public void Load(FitReader state)
    {
        dropped = (int)state.Long(MaximumDropped);
        var count = state.Count(MaximumBins);
        if (dropped > 0 && count <= MaximumBins / 2)
            throw state.Wrong("it could have kept more bits");
        var before = 0UL;
        for (var i = 0; i < count; i++)
        {
            var least = Next(before);
            var greatest = Next(least);
            var bin = Bin.Of(least, state.Long(ExactSum.MaximumCount));
            if (least != greatest)
                bin = bin with { Greatest = greatest, Round = Next(least), RoundCount = state.Long(ExactSum.MaximumCount) };
            if (bin.Count == 0 || least >> dropped != greatest >> dropped || !IsNumber(least) || !IsNumber(greatest) || !IsSound(bin)
                || !bins.TryAdd(least >> dropped, bin))
            {
                throw state.Wrong("its bins are of no numbers");
            }

            Count += bin.Count;
            before = greatest;
        }

        if (Count > ExactSum.MaximumCount)
            throw state.Wrong($"it has more than {ExactSum.MaximumCount} numbers");

        ulong Next(ulong from)
        {
            var step = (ulong)state.Count((UInt128)ulong.MaxValue);
            return step <= ulong.MaxValue - from ? from + step : throw state.Wrong("its bins are not sorted");
        }
    }

    private static bool IsNumber(ulong key) => double.IsFinite(ValueOf(key)) && KeyOf(ValueOf(key)) == key;

    /// <summary>Whether the roundest number can be that of such a bin: both ends are in it, and neither is rounder.</summary>
    private static bool IsSound(Bin bin)
    {
        var (least, greatest) = (Bin.Of(bin.Least, 1), Bin.Of(bin.Greatest, 1));
        var ends = (bin.Round != bin.Least ? 1 : 0) + (bin.Round != bin.Greatest ? 1 : 0);
        return bin.Round <= bin.Greatest && IsNumber(bin.Round) && bin.RoundCount > 0 && bin.RoundCount <= bin.Count - ends
            && !least.IsRounderThan(ref bin) && !greatest.IsRounderThan(ref bin);
    }

    /// <summary>64 bits that sort as the numbers do; one for zero.</summary>
    private static ulong KeyOf(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return (ulong)(bits < 0 ? ~bits : bits ^ long.MinValue);
    }

    private static double ValueOf(ulong key) => BitConverter.Int64BitsToDouble((long)key < 0 ? (long)key ^ long.MinValue : ~(long)key);

    private static double Between(double low, double high, double share) =>
        low == high || share == 0 ? low
        : share == 1 ? high
        : double.IsFinite(high - low) ? low + (high - low) * share : low * (1 - share) + high * share;

    private Bin[] Sorted() => [.. bins.Values.OrderBy(bin => bin.Least)];

    private void Join(Bin more)
    {
        ref var bin = ref CollectionsMarshal.GetValueRefOrAddDefault(bins, more.Least >> dropped, out var known);
        bin = known ? bin + more : more;
    }

    /// <summary>Drops the fewest bits that leave few enough bins.</summary>
    private void Coarsen()
    {
        // Two neighbours become one when the highest bit in which they differ is dropped.
        var keys = bins.Keys.ToArray();
        Array.Sort(keys);
        var joined = new int[MaximumDropped + 1];
        for (var i = 1; i < keys.Length; i++)
        {
            var drop = dropped + 64 - System.Numerics.BitOperations.LeadingZeroCount(keys[i] ^ keys[i - 1]);
            if (drop <= MaximumDropped)
                joined[drop]++;
        }

        var left = keys.Length;
        var drops = dropped;
        while (left > MaximumBins)
            left -= joined[++drops];
        Regroup(drops);
    }

    private void Regroup(int drops)
    {
        var before = bins;
        (bins, dropped) = (new(MaximumBins), drops);
        foreach (var bin in before.Values)
            Join(bin);
    }
}
