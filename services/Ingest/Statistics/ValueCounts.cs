using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Statistics;

/// <summary>
/// How often values come, in fixed memory. Each value among the first different ones is counted exactly from its first time
/// on; later ones only enter the number of different values, by HyperLogLog (Flajolet and others 2007).
/// </summary>
internal sealed class ValueCounts
{
    private const int Top = 20;

    /// <summary>Longer ones are known by their beginning.</summary>
    private const int MaxLength = 256;

    /// <summary>4096 registers: a standard error of 1.6 %.</summary>
    private const int RegisterBits = 12;

    private readonly int _limit;
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private byte[]? _registers;

    public ValueCounts(int limit)
    {
        _limit = limit;
        _bySpan = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public void Add(ReadOnlySpan<char> value)
    {
        var key = value.Length > MaxLength ? value[..MaxLength] : value;
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_bySpan, key);
        if (!Unsafe.IsNullRef(ref count))
        {
            count++;
        }
        else if (_counts.Count < _limit)
        {
            _bySpan[key] = 1;
        }
        else
        {
            Estimate(key);
        }
    }

    public IEnumerable<ValueCount> MostFrequent() => _counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(Top)
        .Select(c => new ValueCount { Value = c.Key, Count = c.Value });

    public long Distinct => _counts.Count + (_registers is null ? 0 : Estimated());

    private void Estimate(ReadOnlySpan<char> value)
    {
        _registers ??= new byte[1 << RegisterBits];
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(value));
        ref var register = ref _registers[hash >> (64 - RegisterBits)];
        register = Math.Max(register, (byte)(BitOperations.LeadingZeroCount((hash << RegisterBits) | (1UL << (RegisterBits - 1))) + 1));
    }

    private long Estimated()
    {
        var size = _registers!.Length;
        var (sum, zeros) = (0.0, 0);
        foreach (var register in _registers)
        {
            sum += Math.ScaleB(1, -register);
            zeros += register == 0 ? 1 : 0;
        }

        var alpha = 0.7213 / (1 + (1.079 / size));
        var raw = alpha * size * size / sum;
        // With few values most registers are empty, and counting those says more.
        return (long)Math.Round(raw <= 2.5 * size && zeros > 0 ? size * Math.Log((double)size / zeros) : raw);
    }
}
