namespace Mesh.Ingest.Commits;

/// <summary>
/// Which candidates of each split were rejected, as ascending ordinals within the split. Stored with the version, so that a
/// reader skips them without looking at them again: per split its name, the count, and the gaps as 7-bit integers. Eight
/// bytes each in memory.
/// </summary>
internal sealed class RejectedOrdinals
{
    private readonly SortedDictionary<string, List<long>> _splits = new(StringComparer.Ordinal);

    public void Add(string split, long ordinal)
    {
        if (!_splits.TryGetValue(split, out var ordinals))
        {
            _splits[split] = ordinals = [];
        }

        ordinals.Add(ordinal);
    }

    public IReadOnlyList<long> Of(string split) => _splits.TryGetValue(split, out var ordinals) ? ordinals : [];

    /// <summary>How many of a split's first candidates are among them.</summary>
    public int Before(string split, long candidates)
    {
        var place = _splits.TryGetValue(split, out var ordinals) ? ordinals.BinarySearch(candidates) : 0;
        return place < 0 ? ~place : place;
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write7BitEncodedInt(_splits.Count);
        foreach (var (split, ordinals) in _splits)
        {
            writer.Write(split);
            writer.Write7BitEncodedInt(ordinals.Count);
            var last = 0L;
            foreach (var ordinal in ordinals)
            {
                writer.Write7BitEncodedInt64(ordinal - last);
                last = ordinal;
            }
        }

        return bytes.ToArray();
    }

    public static RejectedOrdinals Parse(byte[] bytes)
    {
        var rejected = new RejectedOrdinals();
        if (bytes.Length == 0)
        {
            return rejected;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes));
        for (var splits = reader.Read7BitEncodedInt(); splits > 0; splits--)
        {
            var split = reader.ReadString();
            var ordinal = 0L;
            for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
            {
                rejected.Add(split, ordinal += reader.Read7BitEncodedInt64());
            }
        }

        return rejected;
    }
}
