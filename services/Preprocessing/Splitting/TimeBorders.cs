namespace Mesh.Preprocessing.Splitting;

/// <summary>The moments at which validation and test data begin, as <see cref="FactReader.Ordered"/> has them.</summary>
/// <param name="Validation">The first of validation; that of <paramref name="Test"/> when there is none.</param>
/// <param name="Test">The first of testing; above all moments when there is none.</param>
internal readonly record struct TimeBorders(UInt128 Validation, UInt128 Test)
{
    private const int DigitBits = 16;
    private const int Digits = 64 / DigitBits;

    public Part PartOf(UInt128 moment) => moment >= Test ? Part.Test : moment >= Validation ? Part.Validation : Part.Train;

    /// <summary>
    /// Finds the borders nearest to the shares. The keys are gone through four times, for 16 bits of the borders each time,
    /// which takes one MiB however many there are.
    /// </summary>
    /// <param name="moments">The same ones each time, in any order.</param>
    /// <param name="validation">Share of what testing leaves.</param>
    public static TimeBorders Find(Func<IEnumerable<ulong>> moments, double test, double validation)
    {
        var count = moments().LongCount();
        var tested = (long)Math.Round(count * (decimal)test);
        var validated = (long)Math.Round((count - tested) * (decimal)validation);
        Search[] searches = [new(count - tested - validated), new(count - tested)];
        for (var digit = 0; digit < Digits; digit++)
        {
            foreach (var moment in moments())
            {
                foreach (var search in searches)
                {
                    search.Count(moment);
                }
            }

            foreach (var search in searches)
            {
                search.Narrow();
            }
        }

        return new(searches[0].Border(count), searches[1].Border(count));
    }

    /// <summary>Finds the moment that has so many records before it in sorted order, most significant digit first.</summary>
    private sealed class Search(long rank)
    {
        private readonly long[] _counts = new long[1 << DigitBits];
        private ulong _prefix;
        private long _before;
        private long _equal;
        private int _shift = 64;

        public void Count(ulong moment)
        {
            if (_shift == 64 || moment >> _shift == _prefix)
            {
                _counts[(moment >> (_shift - DigitBits)) & ((1 << DigitBits) - 1)]++;
            }
        }

        public void Narrow()
        {
            var digit = 0;
            // A rank above all records ends at the last digit.
            while (digit < _counts.Length - 1 && _before + _counts[digit] <= rank)
            {
                _before += _counts[digit++];
            }

            (_prefix, _equal, _shift) = ((_prefix << DigitBits) | (uint)digit, _counts[digit], _shift - DigitBits);
            Array.Clear(_counts);
        }

        /// <summary>At the moment that was found or behind it, whichever is nearer to the rank; behind it when both are as near.</summary>
        public UInt128 Border(long count) =>
            rank >= count ? (UInt128)ulong.MaxValue + 1
            : rank - _before < _before + _equal - rank ? _prefix
            : (UInt128)_prefix + 1;
    }
}
