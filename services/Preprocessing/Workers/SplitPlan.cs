using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Workers;

/// <summary>Which part of the data a record belongs to.</summary>
internal enum Part
{
    Train,
    Validation,
    Test,
}

/// <summary>
/// Draws validation and test records from a stream, class by class: a function of the seed, the class and the record's
/// number within its class, and of nothing else. Each class gives its share to within one record, however many records
/// there turn out to be. Ask in record order.
/// </summary>
internal sealed class SplitPlan(SplitSpec spec, bool drawTest, bool drawValidation)
{
    private readonly Dictionary<string, (Draw Test, Draw Validation)> _classes = new(StringComparer.Ordinal);
    private readonly double _test = drawTest ? spec.TestFraction : 0;
    private readonly double _validation = drawValidation ? spec.ValidationFraction : 0;

    /// <param name="label">The class; records without a label are a class of their own.</param>
    public Part Next(string label)
    {
        if (!_classes.TryGetValue(label, out var draws))
        {
            _classes[label] = draws = (new Draw(Part.Test, _test, spec.Seed, label), new Draw(Part.Validation, _validation, spec.Seed, label));
        }

        // Validation is a share of what testing leaves.
        return draws.Test.Next() ? Part.Test : draws.Validation.Next() ? Part.Validation : Part.Train;
    }

    /// <summary>
    /// Cuts the records of a class into runs of 1/share and takes one of each run at random, so that any first n records
    /// hold n·share taken ones to within one.
    /// </summary>
    private sealed class Draw(Part part, double share, long seed, string label)
    {
        /// <summary>Smaller shares are none: no data has so many records.</summary>
        private const double Smallest = 1e-12;

        // Decimal: 0.1 is a tenth, so that every tenth run ends where one expects it.
        private readonly decimal _share = share < Smallest ? 0 : (decimal)share;
        private readonly byte[] _key = Key(part, seed, label);
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

        /// <summary>SHA-256 as the source of randomness: the same on every runtime, for ever.</summary>
        private long Random(long run, long below)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_key.AsSpan(9), run);
            Span<byte> random = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(_key, random);
            return (long)(BinaryPrimitives.ReadUInt64LittleEndian(random) % (ulong)below);
        }

        /// <summary>Seed, part, room for the run's number, label.</summary>
        private static byte[] Key(Part part, long seed, string label)
        {
            var key = new byte[17 + Encoding.UTF8.GetByteCount(label)];
            BinaryPrimitives.WriteInt64LittleEndian(key, seed);
            key[8] = (byte)part;
            Encoding.UTF8.GetBytes(label, key.AsSpan(17));
            return key;
        }
    }
}
