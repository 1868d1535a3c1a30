using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>Adds up what the partitions taught in a pass. Holds two fits at a time.</summary>
internal static class MergePart
{
    public static async Task<Learned> RunAsync(RunInput input, MergeFits work, CancellationToken cancel)
    {
        var state = await Learning.ReadAsync(input, work.State, cancel);
        var all = input.Pipeline.NewFitter(state);
        for (var i = 0; i < work.Fits.Count; i++)
        {
            all.Merge(input.Pipeline.LoadFitter(await input.Blobs.ReadAsync(work.Fits[i], cancel), state));
            input.Session.Progress("merge", i + 1, work.Fits.Count);
            input.Session.ThrowIfYieldRequested();
        }

        return await Learning.StandAsync(input, all.Complete(), cancel);
    }
}
