using Mesh.Preprocessing.V1;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>Makes the shards of a partition.</summary>
internal static class WritePart
{
    public static async Task<PartitionResult> RunAsync(RunInput input, WritePartition work, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("write shards");
        var fitted = FittedPipeline.Parse(await input.Blobs.ReadAsync(work.FittedPipeline, cancel));
        using var writer = new PartWriter(input.Folder, fitted);
        using var rows = new RowWriting(fitted, writer, input.Session.Resources.Cpus);
        await PartitionRecords.ForEachAsync(
            input,
            "write shards",
            work.Partition,
            await PartitionRecords.DealtAsync(input, work.Partition, work.Assigned, cancel),
            new RawRecords(input.Version, input.Pipeline.Sources),
            (records, parts) =>
            {
                rows.Append(records, parts);
                Telemetry.Records.Add(records.Count);
            },
            cancel);
        return new PartitionResult { Splits = { await input.Blobs.StoreAsync(writer, cancel) } };
    }
}
