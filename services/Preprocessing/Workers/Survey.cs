using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers;

/// <summary>A pass that reads only what decides where records belong.</summary>
internal static class Survey
{
    /// <summary>Writes the facts of all records of the ranges, in order.</summary>
    public static async Task WriteAsync(RunInput input, IReadOnlyList<PartitionRange> ranges, Stream facts, CancellationToken cancel)
    {
        var records = new RawRecords(input.Version, input.Rule.SurveyColumns);
        var reader = new FactReader(input.Rule, records.Schema);
        var (done, total) = (0L, ranges.Sum(r => r.RecordCount));
        foreach (var range in ranges)
        {
            var dealt = input.Rule.PartOf(range.Split) is null;
            await foreach (var batch in input.Records.ReadAsync(range, records, cancel))
            {
                input.Session.ThrowIfYieldRequested();
                FactsFile.Append(facts, FactsOf(batch, reader, dealt));
                input.Session.Progress("survey", done += batch.Count, total);
            }
        }
    }

    private static RecordFacts[] FactsOf(IReadOnlyList<RawRecord> batch, FactReader reader, bool dealt) => [.. batch.Select(record => reader.Of(record, dealt))];
}
