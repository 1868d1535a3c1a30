using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Commits;

/// <summary>Adds up what a commit sees: per split the records and labels, and the rejected ones.</summary>
internal sealed class VersionStatistics(IngestOptions options)
{
    private const int RejectedKept = 100;

    private readonly SortedDictionary<string, SplitCounts> _splits = new(StringComparer.Ordinal);
    private readonly HashSet<string> _labels = [];
    private readonly List<RejectedRecord> _rejected = [];
    private SplitCounts? _last;

    public RejectedOrdinals Ordinals { get; } = new();

    public long Records { get; private set; }

    public long Rejected { get; private set; }

    /// <param name="problem">Why the cursor's candidate is rejected; null for a record.</param>
    public void Add(RecordCursor cursor, string? problem)
    {
        var split = Split(cursor.Split);
        var ordinal = split.Candidates++;
        if (problem is null)
        {
            Records++;
            split.Accept(cursor.Label);
            if (cursor.Label is { } label && _labels.Add(label) && _labels.Count > options.MaxLabels)
            {
                throw new DatasetException("TOO_MANY_LABELS", $"{Printable.Of(cursor.Source)} brings more than {options.MaxLabels} different labels.");
            }

            return;
        }

        if (++Rejected > options.MaxRejected)
        {
            throw new DatasetException(
                "TOO_MANY_REJECTED", $"{Printable.Of(cursor.Source)} is one of more than {options.MaxRejected} records that were rejected; this one, because it {problem}.");
        }

        Ordinals.Add(cursor.Split, ordinal);
        if (_rejected.Count < RejectedKept)
        {
            _rejected.Add(new RejectedRecord { Source = Printable.Of(cursor.Source), Reason = problem });
        }
    }

    /// <summary>Writes splits and rejections into a version.</summary>
    public void CopyTo(DatasetVersion version)
    {
        foreach (var (name, counts) in _splits.Where(s => s.Value.Records > 0))
        {
            var split = new Split { Name = name, RecordCount = counts.Records };
            foreach (var (label, count) in counts.Labels)
            {
                split.ClassHistogram[label] = count;
            }

            version.Splits.Add(split);
        }

        version.Rejected.Add(_rejected);
        version.RejectedCount = Rejected;
    }

    private SplitCounts Split(string name)
    {
        if (_last?.Name == name)
        {
            return _last;
        }

        if (!_splits.TryGetValue(name, out _last))
        {
            _splits[name] = _last = new SplitCounts(name);
        }

        return _last;
    }

    private sealed class SplitCounts(string name)
    {
        public string Name => name;

        public long Candidates { get; set; }

        public long Records { get; private set; }

        public SortedDictionary<string, long> Labels { get; } = new(StringComparer.Ordinal);

        public void Accept(string? label)
        {
            Records++;
            if (label is not null)
            {
                Labels[label] = Labels.GetValueOrDefault(label) + 1;
            }
        }
    }
}
