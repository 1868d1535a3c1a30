using Mesh.Preprocessing.V1;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Splitting;

/// <summary>
/// Decides where every record of a version belongs, and remembers it. Most rules decide as the records come by for the first
/// time; one that <see cref="SplitRule.NeedsSurvey"/> has to <see cref="Learn"/> the facts of all of them before.
/// </summary>
internal sealed class Dealing : IDisposable
{
    private readonly SplitRule _rule;
    private readonly Assignment _assignment;
    private readonly EqualRecords? _equal;
    private readonly Dictionary<string, long> _dealt;
    private readonly Dictionary<string, long> _compared;
    private Func<UInt128, Part>? _dealer;

    /// <param name="folder">For its files; removed by the caller.</param>
    public Dealing(SplitRule rule, string folder)
    {
        _rule = rule;
        _assignment = new Assignment(AssignmentPath(folder), rule.Splits);
        _equal = rule.ComparesRecords ? new EqualRecords(Path.Combine(folder, "equal")) : null;
        _dealt = rule.Splits.ToDictionary(s => s.Name, _ => 0L);
        _compared = rule.Splits.ToDictionary(s => s.Name, s => _equal is null ? s.Records : 0);
    }

    /// <summary>Whether every record has its part, and is among those that are compared.</summary>
    public bool IsComplete => _dealt.Values.Sum() == _assignment.Records && _compared.Values.Sum() == _assignment.Records;

    /// <summary>A byte for each record, the number of its <see cref="Part"/>.</summary>
    public static string AssignmentPath(string folder) => Path.Combine(folder, "assignment");

    /// <summary>
    /// The parts of records that follow each other. Those that come by for the first time are dealt; those that come by for the first time with all that
    /// is compared are remembered for that.
    /// </summary>
    /// <param name="index">Of the first of them in its split. A split is gone through in order.</param>
    /// <param name="facts">Called for records of which something is not known yet, in order.</param>
    public Part[] Deal(string split, long index, IReadOnlyList<RawRecord> records, FactReader facts)
    {
        var start = _assignment.StartOf(split) + index;
        var parts = new Part[records.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var (deals, compares) = (index + i >= _dealt[split], facts.ComparesRecords && index + i >= _compared[split]);
            if (deals || compares)
            {
                Take(split, start + i, records[i], facts, deals, compares);
            }

            parts[i] = _assignment[start + i];
        }

        return parts;
    }

    /// <summary>The first record of a part; null when it has none.</summary>
    public (string Split, long Index)? FirstOf(Part part)
    {
        for (var record = 0L; record < _assignment.Records; record++)
        {
            var place = _assignment.PlaceOf(record);
            if (place.Index < _dealt[place.Split] && _assignment[record] == part)
            {
                return place;
            }
        }

        return null;
    }

    /// <summary>Deals all records by their facts.</summary>
    /// <param name="facts">Of every record, split by split; the same each time.</param>
    public void Learn(Func<IEnumerable<RecordFacts>> facts, CancellationToken cancel)
    {
        var later = _equal is not null && _rule.Spec.Duplicates is DuplicatePolicy.Drop or DuplicatePolicy.Together;
        if (_equal is not null)
        {
            foreach (var (record, _, fact) in Records(facts, cancel))
            {
                _equal.Add(fact.Hash, record);
            }
        }

        // Those that are equal to an earlier one are marked, and not counted when shares are.
        foreach (var (_, record) in later ? _equal!.Pairs() : [])
        {
            _assignment[record] = Part.Dropped;
        }

        var borders = _rule.FindsBorders
            ? TimeBorders.Find(() => Records(facts, cancel).Where(r => r.Fixed is null && _assignment[r.Record] != Part.Dropped).Select(r => (ulong)r.Facts.Key), _rule.Test, _rule.Validation)
            : default;
        var dealer = _rule.NewDealer(borders);
        foreach (var (record, fixedPart, fact) in Records(facts, cancel).Where(r => _assignment[r.Record] != Part.Dropped))
        {
            _assignment[record] = fixedPart ?? dealer(fact.Key);
        }

        if (later && _rule.Spec.Duplicates == DuplicatePolicy.Together)
        {
            foreach (var (first, record) in _equal!.Pairs())
            {
                _assignment[record] = _assignment[first];
            }
        }

        foreach (var (name, records) in _rule.Splits)
        {
            (_dealt[name], _compared[name]) = (records, records);
        }
    }

    /// <summary>What is known of equal records once <see cref="IsComplete"/>; null when nobody compares them.</summary>
    public Duplicates? FindDuplicates(CancellationToken cancel)
    {
        if (_equal is null)
        {
            return null;
        }

        var (count, apart) = (0L, 0L);
        (long Record, long First)? example = null;
        foreach (var (first, record) in _equal.Pairs())
        {
            cancel.ThrowIfCancellationRequested();
            count++;
            if (_assignment[record] != Part.Dropped && _assignment[record] != _assignment[first])
            {
                apart++;
                example = example is null || record < example.Value.Record ? (record, first) : example;
            }
        }

        return new Duplicates(count, apart, example is { } found ? [.. ((long[])[found.First, found.Record]).Select(PlaceOf)] : []);
    }

    public void Dispose()
    {
        _equal?.Dispose();
        _assignment.Dispose();
    }

    private void Take(string split, long record, in RawRecord values, FactReader facts, bool deals, bool compares)
    {
        var fixedPart = _rule.PartOf(split);
        var fact = facts.Of(values, deals && fixedPart is null);
        if (compares)
        {
            _equal!.Add(fact.Hash, record);
            _compared[split]++;
        }

        if (deals)
        {
            _assignment[record] = fixedPart ?? (_dealer ??= _rule.NewDealer())(fact.Key);
            _dealt[split]++;
        }
    }

    private DealtRecord PlaceOf(long record)
    {
        var (split, index) = _assignment.PlaceOf(record);
        return new DealtRecord(split, index, _assignment[record]);
    }

    /// <summary>Number, the part that is fixed by the split, and facts of each record.</summary>
    private IEnumerable<(long Record, Part? Fixed, RecordFacts Facts)> Records(Func<IEnumerable<RecordFacts>> facts, CancellationToken cancel)
    {
        using var next = facts().GetEnumerator();
        var record = 0L;
        foreach (var (name, records) in _rule.Splits)
        {
            var fixedPart = _rule.PartOf(name);
            for (var i = 0L; i < records; i++)
            {
                cancel.ThrowIfCancellationRequested();
                if (!next.MoveNext())
                {
                    throw new InvalidDataException($"There are facts of {record} records, and more are needed.");
                }

                yield return (record++, fixedPart, next.Current);
            }
        }
    }
}
