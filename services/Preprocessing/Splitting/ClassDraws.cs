using Mesh.Jobs.Workers;

namespace Mesh.Preprocessing.Splitting;

/// <summary>
/// Draws validation and test records from a stream, class by class: a function of the seed, the class and the record's
/// number within its class, and of nothing else. Each class gives its share to within one record, however many records
/// there turn out to be. Ask in record order.
/// </summary>
/// <param name="validation">Share of what testing leaves.</param>
internal sealed class ClassDraws(long seed, double test, double validation)
{
    /// <summary>As many as labels may have names; each costs some hundred bytes.</summary>
    private const int MaxClasses = 65_536;

    private readonly Dictionary<UInt128, (Draw Test, Draw Validation)> _classes = [];

    /// <exception cref="JobFailure">There are too many classes.</exception>
    public Part Next(UInt128 key)
    {
        if (!_classes.TryGetValue(key, out var draws))
        {
            if (_classes.Count == MaxClasses)
            {
                throw new JobFailure(
                    "TOO_MANY_CLASSES", $"The column by which the split is stratified has more than {MaxClasses} different values; stratify by another, or split by RANDOM or GROUP.");
            }

            _classes[key] = draws = (new Draw(Part.Test, test, seed, key), new Draw(Part.Validation, validation, seed, key));
        }

        return draws.Test.Next() ? Part.Test : draws.Validation.Next() ? Part.Validation : Part.Train;
    }

    /// <summary>
    /// Cuts the records of a class into runs of 1/share and takes one of each run at random, so that any first n records
    /// hold n·share taken ones to within one.
    /// </summary>
    private sealed class Draw(Part part, double share, long seed, UInt128 key)
    {
        /// <summary>Smaller shares are none: no data has so many records.</summary>
        private const double Smallest = 1e-12;

        // Decimal: 0.1 is a tenth, so that every tenth run ends where one expects it.
        private readonly decimal _share = share < Smallest ? 0 : (decimal)share;
        private long _number = -1;
        private long _run = -1;
        private long _taken;

        public bool Next()
        {
            _number++;
            if (_share == 0)
            {
                return false;
            }

            var run = RunOf(_number);
            if (run != _run)
            {
                (_run, _taken) = (run, _number + Random(run, Length(run)));
            }

            return _number == _taken;
        }

        private long RunOf(long number) => (long)decimal.Floor(number * _share);

        /// <summary>Of the run that starts at the current number.</summary>
        private long Length(long run)
        {
            var length = (long)decimal.Floor(1 / _share);
            while (RunOf(_number + length) == run)
            {
                length++;
            }

            return length;
        }

        private long Random(long run, long below) => (long)(SeededHash.Of(seed, (byte)part, run, key) % (ulong)below);
    }
}
