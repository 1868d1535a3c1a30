using Mesh.Jobs.Workers;
using Mesh.Preprocessing.V1;
using Mesh.Transforms;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Records;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.Workers;

/// <summary>What the transforms learn from the training records, on every core: a pass through them, or several when transforms learn from others.</summary>
internal static class RecordFitter
{
    public static async Task<FittedPipeline> FitAsync(
        WorkerSession session, PipelineRunSpec spec, Pipeline pipeline, RecordStream records, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("fit transforms");
        var state = pipeline.Unfitted;
        while (state.Passes < pipeline.FitPasses)
        {
            state = await PassAsync(session, spec, pipeline, state, records, cancel);
        }

        return pipeline.Finish(state);
    }

    private static async Task<FittedState> PassAsync(
        WorkerSession session, PipelineRunSpec spec, Pipeline pipeline, FittedState soFar, RecordStream records, CancellationToken cancel)
    {
        // Which fitter sees which record makes no difference to the result.
        var fitters = Enumerable.Range(0, session.Resources.Cpus).Select(_ => pipeline.NewFitter(soFar)).ToArray();
        var parts = new RecordParts(spec);
        var total = spec.DatasetVersion.Splits.Where(s => parts.TrainingSplits.Contains(s.Name)).Sum(s => s.RecordCount);
        var stage = pipeline.FitPasses == 1 ? "fit" : $"fit {soFar.Passes + 1} of {pipeline.FitPasses}";
        var done = 0L;
        foreach (var split in parts.TrainingSplits)
        {
            await foreach (var batch in records.ReadAsync(split, cancel))
            {
                session.ThrowIfYieldRequested();
                var training = batch.Where(r => parts.Next(split, records.ClassOf(r)) == Part.Train).ToList();
                Observe(fitters, training);
                session.Progress(stage, done += batch.Count, total);
            }
        }

        foreach (var other in fitters.Skip(1))
        {
            fitters[0].Merge(other);
        }

        return fitters[0].Complete();
    }

    /// <exception cref="TransformException">The first record (in order) that a transform refused.</exception>
    private static void Observe(PipelineFitter[] fitters, List<RawRecord> records)
    {
        var refused = new (int Index, TransformException Error)?[fitters.Length];
        Parallel.For(0, fitters.Length, new ParallelOptions { MaxDegreeOfParallelism = fitters.Length }, fitter =>
        {
            var i = fitter;
            try
            {
                for (; i < records.Count; i += fitters.Length)
                {
                    fitters[fitter].Observe(records[i]);
                }
            }
            catch (TransformException e)
            {
                refused[fitter] = (i, e);
            }
        });
        if (refused.OfType<(int Index, TransformException Error)>().OrderBy(r => r.Index).Select(r => r.Error).FirstOrDefault() is { } first)
        {
            throw first;
        }
    }
}
