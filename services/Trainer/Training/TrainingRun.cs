using Mesh.ModelGraph.Bundles;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Evaluation;
using Mesh.Trainer.Export;
using Mesh.Trainer.Torch;

namespace Mesh.Trainer.Training;

/// <summary>What a run is made of.</summary>
/// <param name="Test">What the final model is judged by, unlabelled rows included; may be the validation samples.</param>
/// <param name="Transforms">The fitted transforms as JSON; go into the bundle.</param>
/// <param name="Labels">Names of the classes.</param>
/// <param name="Checkpoints">The run's own; a new attempt of the same run goes on from what is in it.</param>
/// <param name="BundlePath">Where the bundle is written, when the run completes.</param>
public sealed record TrainingInput(
    TrainingPlan Plan, TrainingData Data, SampleSource Test, ReadOnlyMemory<byte> Transforms, IReadOnlyList<string> Labels,
    CheckpointStore Checkpoints, string BundlePath);

/// <summary>How a run ended. The rest is null unless it completed.</summary>
/// <param name="BundleDigest">SHA-256 of the bundle, lower-case hex.</param>
/// <param name="OnnxMaxAbsDiff">Largest difference between the exported model's logits and the trained one's.</param>
public sealed record TrainingOutcome(
    StopReason Reason, TrainingState State, EvaluationResult? Test = null, string? BundleDigest = null, double? OnnxMaxAbsDiff = null);

/// <summary>A whole run: train, evaluate, export, bundle. Synchronous; see <see cref="TrainingThread"/>.</summary>
public static class TrainingRun
{
    /// <exception cref="TrainingDivergedException">The loss became NaN, infinite or absurd.</exception>
    /// <exception cref="CheckpointException">The checkpoints belong to another run, or cannot be written.</exception>
    /// <exception cref="ExportMismatchException">The exported model answers differently from the trained one.</exception>
    /// <exception cref="DeviceException">The device cannot be used.</exception>
    /// <exception cref="InvalidSamplesException">The data does not fit the plan.</exception>
    /// <exception cref="BundleException">The labels or transforms do not make a bundle.</exception>
    public static TrainingOutcome Execute(TrainingInput input, TrainingSettings settings, TrainingEvents events, StopSignal stop, TimeProvider time)
    {
        var classes = input.Plan.Graph.OutputShape.Elements;
        if (input.Labels.Count != classes) throw new InvalidSamplesException($"{input.Labels.Count} labels are named; the plan has {classes} classes");
        input.Test.RequireShape(input.Plan.Graph.InputShape);

        using var loop = new TrainingLoop(input.Plan, input.Data, settings, input.Checkpoints, events, time);
        var reason = loop.Run(stop);
        if (reason != StopReason.Completed) return new TrainingOutcome(reason, loop.State);

        var test = Evaluator.Evaluate(loop.Module, input.Test, input.Plan.BatchSize, ComputeDevice.Open(settings.Device), stop);
        // The last checkpoint is of the end, so a run that leaves here has only this to do again.
        if (test is null) return new TrainingOutcome(stop.Requested!.Value, loop.State);

        var exported = ModelExport.Export(loop.Module, input.Test, input.Transforms, input.Labels);
        var digest = WriteBundle(input.BundlePath, exported.Content);
        return new TrainingOutcome(reason, loop.State, test, digest, exported.MaxAbsDiff);
    }

    private static string WriteBundle(string path, BundleContent content)
    {
        var temporary = path + ".tmp";
        string digest;
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            digest = ModelBundle.Write(file, content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        return digest;
    }
}
