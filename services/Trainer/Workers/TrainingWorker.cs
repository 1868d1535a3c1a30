using Google.Protobuf;
using Mesh.Blobs;
using Mesh.Jobs.Workers;
using Mesh.ModelGraph;
using Mesh.ModelGraph.Bundles;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.Shards;
using Mesh.Specs;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Evaluation;
using Mesh.Trainer.Export;
using Mesh.Trainer.Runs;
using Mesh.Trainer.Torch;
using Mesh.Trainer.Training;
using Mesh.Trainer.V1;
using Mesh.Transforms;
using TrainingSettings = Mesh.Trainer.Training.TrainingSettings;

namespace Mesh.Trainer.Workers;

/// <summary>
/// One attempt of a training run in its own process: opens the shards, trains (or goes on from the newest checkpoint the
/// service accepted), evaluates, exports, registers.
/// </summary>
internal static class TrainingWorker
{
    public static async Task<IMessage> RunAsync(WorkerSession session, CancellationToken cancel)
    {
        try
        {
            return await AttemptAsync(session, cancel);
        }
        catch (Exception e) when (Explain(e) is { } failure)
        {
            throw failure;
        }
    }

    private static async Task<IMessage> AttemptAsync(WorkerSession session, CancellationToken cancel)
    {
        var spec = session.Specification<TrainingRunSpec>();
        var data = spec.ProcessedDataset;
        var folders = session.Services.GetRequiredService<RunFolders>();
        var folder = folders.Create(session.Name);
        var logger = session.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(TrainingWorker));
        var store = session.Services.GetRequiredService<IBlobStore>();

        var transforms = await ReadTransformsAsync(store, data, cancel);
        var pipeline = FittedPipeline.Parse(transforms);
        // The pipeline's own: what made the rows knows what their indices stand for.
        var labels = pipeline.Labels;
        var plan = RunRequests.MakePlan(spec.TrainingRun, data, labels.Length);
        using var shards = new LocalBlobs(store, Scope(data));
        using var train = await OpenAsync(shards, data, SplitNames.Train, cancel);
        using var validation = await OpenAsync(shards, data, SplitNames.Validation, cancel);
        using var test = await OpenAsync(shards, data, SplitNames.Test, cancel);
        var classes = labels.Length;

        var bundle = Path.Combine(folder, $"bundle-{session.Attempt}.tar");
        // A first attempt has nothing to go on from, whatever lies in the folder.
        var checkpoints = new CheckpointStore(folders.Checkpoints(session.Name), session.Resume<TrainingResume>()?.Checkpoint.FileName ?? "");
        var stop = new StopSignal();
        using var cancelling = stop.CancelWith(cancel);
        await using var yielding = session.YieldRequested.Register(stop.RequestYield);
        await using var reports = new RunReports(session, spec.TrainingRun.Settings.Epochs, checkpoints, stop, logger);
        var input = new TrainingInput(
            plan,
            new TrainingData(ShardSamples.Open(train!, pipeline, classes), OpenLabelled(validation, pipeline, classes), ShardSamples.Augmentation(pipeline)),
            ShardSamples.Open((test ?? validation)!, pipeline, classes, keepUnlabelled: true),
            transforms, labels, checkpoints, bundle);
        var outcome = await TrainingThread.Run(
            () => Training.TrainingRun.Execute(input, Settings(spec, session), reports.Events, stop, TimeProvider.System));
        await reports.FlushAsync();
        cancel.ThrowIfCancellationRequested();
        session.ThrowIfYieldRequested();

        session.Progress("register", 0, 0);
        var predictions = await WritePredictionsAsync(folder, session.Attempt, labels, outcome.Test!, cancel);
        var evaluation = Summarise(outcome);
        // All that is left is in the last checkpoint: a service that stops need not wait for Registry.
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancel, session.YieldRequested);
        var version = await ModelRegistration.RegisterAsync(session, spec, bundle, outcome.BundleDigest!, evaluation, leaving.Token);
        logger.Registered(version);
        // Registry has it; those of earlier attempts go too.
        foreach (var file in Directory.EnumerateFiles(folder, "bundle-*"))
        {
            File.Delete(file);
        }

        return new TrainingRunResult { Evaluation = evaluation, ModelVersion = version, TestPredictionsFile = predictions };
    }

    /// <summary>What the run's owner can do something about, and what no further attempt could mend; the rest is for the log.</summary>
    private static JobFailure? Explain(Exception e) => e switch
    {
        TrainingDivergedException => new JobFailure("LOSS_DIVERGED", $"{e.Message}.", inner: e),
        DeviceException => new JobFailure("DEVICE_UNAVAILABLE", $"{e.Message}.", inner: e),
        InvalidSamplesException => new JobFailure("INVALID_SAMPLES", $"{e.Message}.", inner: e),
        ExportMismatchException => new JobFailure("EXPORT_MISMATCH", $"{e.Message}.", inner: e),
        BundleException => new JobFailure("INVALID_BUNDLE", $"{e.Message}.", inner: e),
        CheckpointException => new JobFailure("CHECKPOINT_FAILED", "A checkpoint could not be read or written; the worker's log says why.", retryable: true, e),
        NativeTorchException => new JobFailure("TORCH_UNAVAILABLE", "torch's native libraries cannot be used on this machine; the worker's log says why.", inner: e),
        GraphException => new JobFailure("EXPORT_FAILED", $"{e.Message}.", inner: e),
        MeshException => new JobFailure("INVALID_RUN", e.Message, inner: e),
        PipelineSpecException => new JobFailure("INVALID_TRANSFORMS", $"The fitted transforms cannot be used: {e.Message}.", inner: e),
        ShardFormatException => new JobFailure("INVALID_SHARDS", e.Message, inner: e),
        BlobNotFoundException or BlobCorruptException => new JobFailure("INPUT_LOST", e.Message, inner: e),
        BlobStoreException => new JobFailure("INPUT_UNREADABLE", e.Message, retryable: true, e),
        _ => null,
    };

    private static TrainingSettings Settings(TrainingRunSpec spec, WorkerSession session) => new()
    {
        Threads = session.Resources.Cpus,
        Device = spec.TrainingRun.Settings.Device,
        CheckpointEvery = TimeSpan.FromSeconds(spec.TrainingRun.Settings.CheckpointIntervalSeconds),
    };

    private static BlobScope Scope(ProcessedDataset data) => new("preprocessing", ResourcePattern.ProjectOf(data.Name)!);

    private static async Task<byte[]> ReadTransformsAsync(IBlobStore store, ProcessedDataset data, CancellationToken cancel)
    {
        await using var blob = await store.OpenReadAsync(Scope(data), BlobDigest.Parse(data.FittedPipelineSha256), cancellation: cancel);
        using var bytes = new MemoryStream();
        await blob.CopyToAsync(bytes, cancel);
        return bytes.ToArray();
    }

    /// <returns>Null when there is no row with a label, which nothing can be judged by.</returns>
    private static SampleSource? OpenLabelled(ShardSet? split, FittedPipeline pipeline, int classes) =>
        split is not null && ShardSamples.Open(split, pipeline, classes, keepUnlabelled: true) is { Labelled: > 0 } samples ? samples : null;

    /// <returns>Null when the split has no rows.</returns>
    private static async Task<ShardSet?> OpenAsync(LocalBlobs shards, ProcessedDataset data, string split, CancellationToken cancel)
    {
        if (data.Splits.FirstOrDefault(s => s.Name == split && s.RowCount > 0) is not { } found)
        {
            return null;
        }

        var paths = new List<string>();
        foreach (var shard in found.Shards)
        {
            paths.Add(await shards.OpenAsync(BlobDigest.Parse(shard.Sha256), cancel));
        }

        return ShardSet.Open(paths);
    }

    private static async Task<string> WritePredictionsAsync(
        string folder, int attempt, IEnumerable<string> labels, EvaluationResult result, CancellationToken cancel)
    {
        var name = $"test-predictions-{attempt}.pb";
        var predictions = new TestPredictions
        {
            Predicted = { result.Predictions.Select(p => p.Predicted) },
            Label = { result.Predictions.Select(p => p.Label) },
            Labels = { labels },
        };
        await using var file = new FileStream(Path.Combine(folder, name), FileMode.Create, FileAccess.Write, FileShare.None);
        await file.WriteAsync(predictions.ToByteArray(), cancel);
        file.Flush(flushToDisk: true);
        return name;
    }

    private static V1.Evaluation Summarise(TrainingOutcome outcome) => new()
    {
        TestRows = outcome.Test!.Predictions.Count,
        LabelledRows = outcome.Test.Summary.Samples,
        TestAccuracy = outcome.Test.Summary.Accuracy,
        TestLoss = outcome.Test.Summary.Loss,
        OnnxMaxAbsDiff = outcome.OnnxMaxAbsDiff!.Value,
        ClassAccuracy = { outcome.Test.Classes.Select(c => c.Recall) },
    };
}
