using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>A pass through a partition, in batches of records with their parts.</summary>
internal static class PartitionRecords
{
    public static async Task ForEachAsync(
        RunInput input, string stage, PartitionRange range, AssignedRange assigned, Action<IReadOnlyList<RawRecord>, IReadOnlyList<Part>> take, CancellationToken cancel)
    {
        var dealt = await input.Blobs.ReadAsync(assigned.Assignment, cancel, assigned.FirstRecord, range.RecordCount);
        var records = new RawRecords(input.Version, input.Pipeline.Sources);
        var done = 0;
        await foreach (var batch in input.Records.ReadAsync(range, records, cancel))
        {
            input.Session.ThrowIfYieldRequested();
            take(batch, [.. dealt.AsSpan(done, batch.Count).ToArray().Select(part => (Part)part)]);
            input.Session.Progress(stage, done += batch.Count, range.RecordCount);
        }
    }
}
