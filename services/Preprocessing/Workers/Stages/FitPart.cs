using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>Learns from the training records of a partition.</summary>
internal static class FitPart
{
    public static async Task<PartitionResult> RunAsync(RunInput input, FitPartition work, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("fit transforms");
        var state = await Learning.ReadAsync(input, work.State, cancel);
        var pass = new FitPass(input.Pipeline, state, input.Session.Resources.Cpus);
        await PartitionRecords.ForEachAsync(
            input, "fit", work.Partition, work.Assigned, (records, parts) => pass.Observe([.. records.Where((_, i) => parts[i] == Part.Train)]), cancel);
        return new PartitionResult { Fit = await input.Blobs.StoreAsync(pass.Merge().Save(), cancel) };
    }
}
