using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>A pass through a partition, in batches of records with their parts.</summary>
internal static class PartitionRecords
{
    /// <summary>Where the records of a partition belong: a byte for each, the number of its <see cref="Part"/>.</summary>
    public static Task<byte[]> DealtAsync(RunInput input, PartitionRange range, AssignedRange assigned, CancellationToken cancel) =>
        input.Blobs.ReadAsync(assigned.Assignment, cancel, assigned.FirstRecord, range.RecordCount);

    /// <param name="dealt">As <see cref="DealtAsync"/> gives it.</param>
    /// <param name="records">The columns to be read.</param>
    public static async Task ForEachAsync(
        RunInput input, string stage, PartitionRange range, byte[] dealt, RawRecords records, Action<IReadOnlyList<RawRecord>, IReadOnlyList<Part>> take, CancellationToken cancel)
    {
        var done = 0;
        await foreach (var batch in ReadAhead.OfAsync(input.Records.ReadAsync(range, records, cancel), cancel))
        {
            input.Session.ThrowIfYieldRequested();
            take(batch, [.. dealt.AsSpan(done, batch.Count).ToArray().Select(part => (Part)part)]);
            input.Session.Progress(stage, done += batch.Count, range.RecordCount);
        }
    }
}
