using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Workers;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>Some records of a version, in memory.</summary>
/// <param name="Splits">The data's splits, in order, each with its records in their order.</param>
internal sealed record Sample(IReadOnlyList<(string Split, IReadOnlyList<RawRecord> Records)> Splits)
{
    /// <summary>Records are drawn from so many times as many, so that a file that is sorted by class gives several.</summary>
    private const int Spread = 100;

    private const long MaxBytes = 64 << 20;

    /// <summary>Draws records from the first of each split; splits give as they are large, and one at least.</summary>
    /// <param name="neighbours">Takes the first ones as they follow each other instead.</param>
    /// <exception cref="JobFailure">A record is not of the version's schema.</exception>
    public static async Task<Sample> ReadAsync(
        DatasetService.DatasetServiceClient datasets, DatasetVersion version, IEnumerable<RecordColumn> columns, int count, bool neighbours, CancellationToken cancel)
    {
        var records = new RawRecords(version, columns);
        var total = Math.Max(1, version.Splits.Sum(s => s.RecordCount));
        var (splits, bytes) = (new List<(string, IReadOnlyList<RawRecord>)>(), 0L);
        foreach (var split in version.Splits.Where(s => s.RecordCount > 0).OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            var wanted = Math.Clamp((long)Math.Round((double)count * split.RecordCount / total), 1, split.RecordCount);
            using var call = datasets.ReadRecords(
                new ReadRecordsRequest
                {
                    Name = version.Name,
                    Split = split.Name,
                    Limit = wanted,
                    Columns = { records.Columns },
                    SampleFraction = neighbours ? 1 : Math.Min(1, (double)wanted / Math.Min(split.RecordCount, wanted * Spread)),
                },
                cancellationToken: cancel);
            var drawn = new List<RawRecord>();
            while (bytes < MaxBytes && await call.ResponseStream.MoveNext(cancel))
            {
                drawn.AddRange(call.ResponseStream.Current.Records.Select(records.Of));
                bytes += call.ResponseStream.Current.CalculateSize();
            }

            splits.Add((split.Name, drawn));
        }

        return new Sample(splits);
    }
}
