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
        var (range, dealt) = (work.Partition, await PartitionRecords.DealtAsync(input, work.Partition, work.Assigned, cancel));
        await PartitionRecords.ForEachAsync(
            input, "fit", range, dealt, input.RecordsOf(input.Pipeline.Observed(state)), (records, parts) => pass.Observe([.. records.Where((_, i) => parts[i] == Part.Train)]), cancel);
        var fitter = pass.Merge();
        if (fitter.LacksShapes && Array.IndexOf(dealt, (byte)Part.Train) is >= 0 and var first)
        {
            fitter.SeeShapes(await input.Records.ReadOneAsync(range.Split, range.Offset + first, input.RecordsOf(input.Pipeline.Sources), cancel));
        }

        return new PartitionResult { Fit = await input.Blobs.StoreAsync(fitter.Save(), cancel) };
    }
}
