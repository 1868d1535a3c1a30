using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Statistics;

/// <summary>
/// How often values come, in fixed memory. Each value among the first different ones is counted exactly from its first time
/// on; later ones only enter the estimate of how many there are.
/// </summary>
internal sealed class ValueCounts
{
    private const int Top = 20;

    /// <summary>Longer ones are known by their beginning.</summary>
    private const int MaxLength = 256;

    private readonly int _limit;
    private readonly Dictionary<string, long> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _textsBySpan;
    private readonly Dictionary<long, long> _integers = [];
    private DistinctEstimate? _others;

    public ValueCounts(int limit)
    {
        _limit = limit;
        _textsBySpan = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public long Distinct => _texts.Count + _integers.Count + (_others?.Count ?? 0);

    public void Add(ReadOnlySpan<char> value)
    {
        var key = value.Length > MaxLength ? value[..MaxLength] : value;
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_textsBySpan, key);
        if (!Unsafe.IsNullRef(ref count))
        {
            count++;
        }
        else if (_texts.Count < _limit)
        {
            _textsBySpan[key] = 1;
        }
        else
        {
            (_others ??= new DistinctEstimate()).Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key)));
        }
    }

    public void Add(long value)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_integers, value);
        if (!Unsafe.IsNullRef(ref count))
        {
            count++;
        }
        else if (_integers.Count < _limit)
        {
            _integers[value] = 1;
        }
        else
        {
            (_others ??= new DistinctEstimate()).Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value))));
        }
    }

    public IEnumerable<ValueCount> MostFrequent() =>
        [
            .. _texts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(Top).Select(c => new ValueCount { Value = c.Key, Count = c.Value }),
            .. _integers.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Take(Top)
                .Select(c => new ValueCount { Value = c.Key.ToString(CultureInfo.InvariantCulture), Count = c.Value }),
        ];
}
