using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Splitting;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers;

/// <summary>Records that follow each other in a split of the data.</summary>
internal sealed record RecordRange(string Split, long Offset, long Count);

/// <summary>A pass that reads only what decides where records belong.</summary>
internal static class Survey
{
    /// <summary>Writes the facts of all records of the ranges, in order.</summary>
    public static async Task WriteAsync(WorkerSession session, RunInput input, IReadOnlyList<RecordRange> ranges, Stream facts, CancellationToken cancel)
    {
        var records = new RawRecords(input.Version, input.Rule.SurveyColumns);
        var reader = new FactReader(input.Rule, records.Schema);
        var (done, total) = (0L, ranges.Sum(r => r.Count));
        foreach (var range in ranges)
        {
            var dealt = input.Rule.PartOf(range.Split) is null;
            await foreach (var batch in input.Records.ReadAsync(range.Split, range.Offset, range.Count, records, cancel))
            {
                session.ThrowIfYieldRequested();
                FactsFile.Append(facts, FactsOf(batch, reader, dealt));
                session.Progress("survey", done += batch.Count, total);
            }
        }
    }

    private static RecordFacts[] FactsOf(IReadOnlyList<RawRecord> batch, FactReader reader, bool dealt) => [.. batch.Select(record => reader.Of(record, dealt))];
}
