using System.IO.Hashing;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Statistics;

/// <summary>Adds up what a commit sees: per split the records and classes, per file the records, per column the values, and what was rejected.</summary>
internal sealed class VersionStatistics
{
    private const int RejectedKept = 100;

    /// <summary>Values that all columns together may keep to be exact: some 100 MB of text at the very most.</summary>
    private const int ValuesKept = 400_000;
    private const int ValuesKeptPerColumn = 10_000;

    private readonly IngestOptions _options;
    private readonly IReadOnlyList<SourceFile> _files;
    private readonly ColumnCollector[] _columns;
    private readonly int _label;
    private readonly bool _histogram;
    private readonly SortedDictionary<string, SplitCounts> _splits = new(StringComparer.Ordinal);
    private readonly HashSet<string> _labels = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _labelsBySpan;
    private readonly List<RejectedRecord> _rejected = [];
    private readonly SortedDictionary<int, XxHash128> _selections = [];
    private SplitCounts? _last;

    public VersionStatistics(RecordLayout layout, IReadOnlyList<SourceFile> files, IngestOptions options)
    {
        (_options, _files) = (options, files);
        var columns = layout.Schema.Columns;
        var share = Math.Clamp(ValuesKept / Math.Max(columns.Count, 1), 100, ValuesKeptPerColumn);
        _columns = [.. columns.Select((column, i) => new ColumnCollector(i, column, share))];
        _label = layout.LabelColumn;
        _histogram = _label >= 0 && columns[_label].Type is ColumnType.String or ColumnType.Int64 or ColumnType.Bool;
        _labelsBySpan = _labels.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public ColumnCollector[] Columns => _columns;

    public RejectedOrdinals Ordinals { get; } = new();

    public long Records { get; private set; }

    public long Rejected { get; private set; }

    public long Candidates => Records + Rejected;

    /// <summary>Counts a candidate; the values of a record are for the columns to add.</summary>
    /// <param name="problem">Why the cursor's candidate is rejected; null for a record.</param>
    /// <returns>The rejection, to be kept aside; null for a record.</returns>
    public RejectedRecord? Add(RecordCursor cursor, string? problem)
    {
        var split = Split(cursor.Split);
        var ordinal = split.Candidates++;
        Select(cursor, accepted: problem is null);
        if (problem is null)
        {
            Records++;
            split.Accept(cursor.File, _histogram ? Label(cursor) : null);
            return null;
        }

        return Reject(cursor, problem, ordinal);
    }

    /// <summary>Writes splits, counts of files and the first rejections into a version.</summary>
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
            foreach (var (file, count) in counts.Files)
            {
                FileOf(version, _files[file].Path).RecordCounts[name] = count;
            }
        }

        foreach (var (name, counts) in _splits)
        {
            foreach (var (file, count) in counts.RejectedFiles)
            {
                FileOf(version, _files[file].Path).RejectedCounts[name] = count;
            }
        }

        foreach (var (file, selection) in _selections)
        {
            FileOf(version, _files[file].Path).Selection = Convert.ToHexStringLower(selection.GetCurrentHash());
        }

        version.Rejected.Add(_rejected);
        version.RejectedCount = Rejected;
    }

    public DatasetVersionStatistics ToColumns() => new() { Columns = { _columns.Select(c => c.ToStatistics()) } };

    private static DatasetFile FileOf(DatasetVersion version, string path)
    {
        var file = version.Files.FirstOrDefault(f => f.Path == path);
        if (file is null)
        {
            version.Files.Add(file = new DatasetFile { Path = path });
        }

        return file;
    }

    private void Select(RecordCursor cursor, bool accepted)
    {
        if (!_selections.TryGetValue(cursor.File, out var selection))
        {
            _selections[cursor.File] = selection = new XxHash128();
        }

        // No two splits have names of the same length.
        selection.Append([(byte)((cursor.Split.Length << 1) | (accepted ? 1 : 0))]);
    }

    private RejectedRecord Reject(RecordCursor cursor, string problem, long ordinal)
    {
        if (++Rejected > _options.MaxRejected)
        {
            throw new DatasetException(
                "TOO_MANY_REJECTED", $"{Printable.Of(cursor.Source)} is one of more than {_options.MaxRejected} records that were rejected; this one, because it {problem}.");
        }

        Ordinals.Add(cursor.Split, ordinal);
        var counts = Split(cursor.Split).RejectedFiles;
        counts[cursor.File] = counts.GetValueOrDefault(cursor.File) + 1;
        var rejected = new RejectedRecord { Source = Printable.Of(cursor.Source), Reason = problem, Text = RejectedText.Of(cursor.Text) };
        if (_rejected.Count < RejectedKept)
        {
            _rejected.Add(rejected);
        }

        return rejected;
    }

    /// <summary>One string for each class, not for each record.</summary>
    private string? Label(RecordCursor cursor)
    {
        var row = cursor.Row;
        if (row.IsMissing(_label))
        {
            return null;
        }

        Span<char> number = stackalloc char[24];
        var text = row.Columns[_label].Type switch
        {
            ColumnType.String => row.Text(_label),
            ColumnType.Bool => row.Integer(_label) != 0 ? "true" : "false",
            _ => Format(row.Integer(_label), number),
        };
        if (_labelsBySpan.TryGetValue(text, out var known))
        {
            return known;
        }

        if (_labels.Count == _options.MaxLabels)
        {
            throw new DatasetException("TOO_MANY_LABELS", $"{Printable.Of(cursor.Source)} brings more than {_options.MaxLabels} different labels.");
        }

        _labels.Add(known = text.ToString());
        return known;
    }

    private static ReadOnlySpan<char> Format(long value, Span<char> buffer)
    {
        value.TryFormat(buffer, out var written);
        return buffer[..written];
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

        /// <summary>Records by index of the file.</summary>
        public SortedDictionary<int, long> Files { get; } = [];

        public SortedDictionary<int, long> RejectedFiles { get; } = [];

        public void Accept(int file, string? label)
        {
            Records++;
            Files[file] = Files.GetValueOrDefault(file) + 1;
            if (label is not null)
            {
                Labels[label] = Labels.GetValueOrDefault(label) + 1;
            }
        }
    }
}
