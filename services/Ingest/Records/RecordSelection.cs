using Mesh.Ingest.Records.Filters;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Ingest.Records;

/// <summary>Which records and columns a request wants.</summary>
internal sealed class RecordSelection
{
    private readonly Func<RecordRow, bool> _filter;
    private readonly ulong _seed;
    private readonly ulong _below;

    private RecordSelection(IReadOnlyList<int> columns, Func<RecordRow, bool> filter, double fraction, long seed)
    {
        (Columns, _filter, _seed) = (columns, filter, (ulong)seed);
        _below = fraction is 0 or 1 ? ulong.MaxValue : (ulong)(fraction * ulong.MaxValue);
    }

    /// <summary>Indices of the columns, in the order in which they are wanted.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <exception cref="MeshException">INVALID_ARGUMENT with all that is wrong.</exception>
    public static RecordSelection Of(ReadRecordsRequest request, DatasetVersion version)
    {
        var violations = new Violations();
        violations.Require(request.Offset >= 0, "offset", "must not be negative.");
        violations.Require(request.Limit >= 0, "limit", "must not be negative.");
        violations.Require(request.Split.Length > 0 || request.Offset == 0, "offset", "counts the records of a split; name the split.");
        violations.Require(request.SampleFraction is >= 0 and <= 1, "sample_fraction", "must be above 0 to 1, or 0 for all.");
        violations.Require(
            request.Split.Length == 0 || version.Splits.Any(s => s.Name == request.Split),
            "split", $"must be one of {string.Join(", ", version.Splits.Select(s => $"\"{s.Name}\""))}, or empty for all.");
        var schema = version.Schema.Columns.ToList();
        var columns = request.Columns.Count == 0 ? [.. Enumerable.Range(0, schema.Count)] : request.Columns.Select(name => schema.FindIndex(c => c.Name == name)).ToList();
        for (var i = 0; i < columns.Count; i++)
        {
            violations.Require(columns[i] >= 0, $"columns[{i}]", $"is not a column; the columns are {string.Join(", ", schema.Take(50).Select(c => c.Name))}.");
        }

        violations.ThrowIfAny();
        return new RecordSelection(columns, RecordFilter.Parse(request.Filter, version.Schema), request.SampleFraction, request.Seed);
    }

    /// <summary>Whether the sample has this record; decided without looking at it.</summary>
    public bool Draws(long index) => _below == ulong.MaxValue || Mix(Mix(_seed + 0x9e3779b97f4a7c15) + (ulong)index) <= _below;

    public bool Takes(RecordRow row) => _filter(row);

    // SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
